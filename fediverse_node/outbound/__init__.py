"""The only way to the open internet.

What it knows: which addresses may be reached, how long and how much to wait for, how to ask.
Who may enter: everything above that needs a document, a key, a delivery or a model.
What it never does: know who signs or why, retry, cache, keep cookies, follow a redirect unchecked.
"""
