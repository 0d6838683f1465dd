"""Relays: servers that pass on what many others publish, and that this one subscribed to.

What it knows: which relays were asked, which answered, and what each has sent in this hour.
Who may enter: the operator's commands, the inbox for what a relay sends, the outbox for what it is given.
What it never does: fetch, or put a post into anybody's home.
"""
