"""Previews of pages that posts link to.

What it knows: what a page says of itself (its title, a picture, who wrote it), for a while.
Who may enter: the doors that show posts, whenever they show one with a link.
What it never does: fetch before anybody looked, tell the page which post links to it, or keep HTML of it.
"""
