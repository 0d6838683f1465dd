"""Apps: who they are, what people let them do, and the tokens that say so.

What it knows: registered apps and those that describe themselves, what each person granted to which, and
which token stands for whom.
Who may enter: the client doors, the pages where people let apps in, and the command line.
What it never does: store a token, code or secret (only its SHA-256), or fetch anything.
"""
