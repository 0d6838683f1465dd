"""Who follows whom.

What it knows: one row per pair, pending or accepted, with the id of the Follow that made it.
Who may enter: inbox and outbox change it; visibility, delivery and timelines read it.
What it never does: treat a pending follow as an accepted one.
"""
