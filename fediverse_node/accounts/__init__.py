"""People who sign in here.

What it knows: which local actor a person speaks for, how they prove it, and their defaults.
Who may enter: the doors, the command line and the use cases that act for a person.
What it never does: keep a password; only its Argon2id hash.
"""
