"""Hashtags that people follow, and those they show on their profiles.

What it knows: who follows which hashtag, and who features which.
Who may enter: the doors, for the person it is about; `timelines`, which brings posts to followers.
What it never does: hold posts, or count them (the posts room does).
"""
