"""Who may see what: one rule, one place.

What it knows: the rule.
Who may enter: every read path, before it shows a post.
What it never does: make an exception.
"""
