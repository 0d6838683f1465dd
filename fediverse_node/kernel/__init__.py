"""The ground: errors, ids, time, addresses and safe HTML.

What it knows: nothing of the world; every function here is pure.
Who may enter: everybody.
What it never does: open a socket, read a row, look at the clock by itself (`clock` hands one out).
"""
