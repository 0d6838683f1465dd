"""What people keep for their own reading: where they stopped, threads they are done with, notes on others.

What it knows: markers of timelines, muted threads, private notes.
Who may enter: the door for apps, for the person whose reading it is; whoever tells people of something asks.
What it never does: show any of it to anybody else, or tell another server.
"""
