"""What a model suggested, until a person used it or let it go.

What it knows: who asked, which tool answered, and the text, under a handle.
Who may enter: assist adds; the outbox redeems a handle when its owner publishes.
What it never does: become a post by itself.
"""
