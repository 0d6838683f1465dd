"""The door at which anybody checks decisions about training use, without an account or a signature.

What it knows: the files of the log and the receipts. Who may enter: the house. What it never does: ask who
is there, also in secure mode: what nobody may check proves nothing.
"""
