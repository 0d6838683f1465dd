"""Other servers: whether they can be reached, what they run, when to try again.

What it knows: one row per host we have spoken to, with its breaker.
Who may enter: delivery, discovery, the operator's commands.
What it never does: decide about a single post; back-off belongs to the host, not to the letter.
"""
