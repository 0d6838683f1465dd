"""Lists of people that somebody follows, to read them apart from the rest.

What it knows: whose list has whom on it, which answers it shows, and whether it takes them out of home.
Who may enter: the door for apps, for the owner of a list; `timelines` reads them.
What it never does: tell anybody that they are on a list, or hold posts.
"""
