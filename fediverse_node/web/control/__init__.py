"""The operator's door: the command line's operations, on a Unix socket only the owner can open.

What it knows: one operation per command, each a function of the node and its arguments.
Who may enter: the command line; over the socket while a server runs, in its own process while none does.
What it never does: listen on a network.
"""
