"""Pictures that people of this server upload: taken in, made anew, kept, and deleted with their posts.

What it knows: whose each picture is, which post it belongs to, and where its files lie. Who may enter: the
outbox, which ties pictures to posts, and the doors that take and show them. What it never does: decode a
file in the server's own process, keep a byte of what was sent, or use a name from outside.
"""
