"""How people come in, and how they get back in: invitations, requests, e-mail addresses, links.

What it knows: who was invited, who asked to join and why, which address is whose, and the hashes of the
links that were sent there.
Who may enter: the doors and the command line.
What it never does: keep a link, tell anybody whether an address is known here, or let in whom nobody let in.
"""
