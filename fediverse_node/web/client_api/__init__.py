"""The door for apps: Mastodon's client API, as far as it is true of this server.

What it knows: the shapes apps expect, scopes, paging headers, three encodings of a body.
Who may enter: the composition root; `routes.ROUTES` is all it shows.
What it never does: decide who may see a post (it asks `visibility`), or act for a person without
a token that allows it.
"""
