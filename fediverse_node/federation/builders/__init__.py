"""What we say, one file per activity or object: values in, JSON out, and nothing else.

What it knows: which fields each document of ours has. Its parts are in `activitystreams.write`.
Who may enter: the outbox and the inbox (for answers), and the doors that serve the same documents.
What it never does: read a row, sign, send, or decide who may see something.
"""
