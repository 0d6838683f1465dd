"""Timelines: reads across rooms, and the home entries that keep them cheap.

What it knows: which posts stand in whose home timeline.
Who may enter: inbox and outbox deliver a post to the homes of followers; doors read pages.
What it never does: count rows, use OFFSET, or show what visibility would not.
"""
