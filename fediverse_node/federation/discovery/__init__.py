"""Asking other servers: actors, keys, posts, handles.

What it knows: how to fetch a document so that it may be believed, and what was asked lately.
Who may enter: the inbox, delivery, search and the command line.
What it never does: believe a document that does not come from where its id says, or ask twice at once.
"""
