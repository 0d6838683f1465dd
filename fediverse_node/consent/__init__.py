"""The ledger of decisions about training use: append-only.

What it knows: who decided what about which revision of which post, when, and by which door.
Who may enter: everybody above; nobody can claim not to have seen a decision.
What it never does: change or remove a row. The current state is the latest row.
"""
