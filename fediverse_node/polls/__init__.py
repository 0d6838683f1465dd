"""Polls: what could be answered, who answered what, and how many did.

What it knows: the answers of a question, the votes, and when somebody has to be told of new counts.
Who may enter: the inbox counts votes, the outbox casts them, the doors read the tally.
What it never does: decide who may see the question, or show who chose what.
"""
