"""Filters: words and posts that somebody wants to be warned of, or not to see.

What it knows: whose filter has which words and posts, where it holds, and until when.
Who may enter: the door for apps, for the person whose filters they are.
What it never does: decide who may see a post, or change what anybody else sees.
"""
