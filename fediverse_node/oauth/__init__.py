"""Access tokens of apps.

What it knows: which token stands for which account and what it may do.
Who may enter: the client doors and the command line.
What it never does: store a token; only its SHA-256.
"""
