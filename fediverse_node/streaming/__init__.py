"""Streams: who listens to what at this moment, and which of them something that happened is for.

What it knows: the channels, who sits at which, and how many may; nothing of it outlives the process.
Who may enter: the door of the client API, which brings listeners and says things to them in its own words.
What it never does: tell of something before it is durable, wait for a slow listener, or show somebody what
`visibility` would not.
"""
