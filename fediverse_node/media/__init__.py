"""Copies of other servers' pictures and files, kept for a while so that readers need not ask those servers.

What it knows: which copies lie on the disk, whose they are, when each was last looked at, and the key that
signs their addresses. Who may enter: `web.media`, which decides who may see what, and the operator's
commands. What it never does: decode a file, believe what its server says it is, or use a name from outside.
"""
