"""Our conversation with the world: what comes in, what goes out, and what we ask.

What it knows: how verbs of ActivityPub become changes in the rooms, and changes become activities.
Who may enter: the doors, the workers and the command line.
What it never does: let the inbox call the outbox, or hold a transaction while it asks the network.
"""
