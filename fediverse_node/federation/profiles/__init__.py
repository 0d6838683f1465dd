"""What concerns whole profiles and waits for nobody: moves, pins of others, links that lead back.

What it knows: which follows go where when an account moves, and the errands that the network needs.
Who may enter: inbox, outbox and the worker that the composition root starts.
What it never does: decide whether a move is to be believed; whoever calls has asked the origins.
"""
