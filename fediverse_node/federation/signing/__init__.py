"""With which key and in which way our requests are signed.

What it knows: the private keys of our own actors while they are in use, and which way of signing each
server accepted last. Who may enter: whoever sends or fetches, and whoever seals a document.
What it never does: open a socket, or decide what is said and to whom.
"""
