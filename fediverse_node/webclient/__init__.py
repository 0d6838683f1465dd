"""A web client made for Mastodon, which the operator installed to be used at this server's own address.

What it knows: where its files lie, how they come there whole, and which scripts stand in its pages.
Who may enter: the command line installs and removes it, the pages hand it out.
What it never does: change a file of it, or fetch one from elsewhere.
"""
