"""People who sign in here.

What it knows: which local actor a person speaks for, how they prove it, in which browsers
they are signed in, and their defaults.
Who may enter: the doors, the command line and the use cases that act for a person.
What it never does: keep a password; only its Argon2id hash. The same
holds for the secrets of sessions.
"""
