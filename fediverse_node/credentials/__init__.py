"""What pictures say of themselves: how they were made, what may be done with them, and who vouches for it.

What it knows: the words of XMP and of Content Credentials (C2PA), how they are put into a picture and read
from one, and with which key this server signs. Who may enter: `uploads` and `media`, which have the files,
`verify`, and the doors. What it never does: decode a picture, read a stranger's manifest in the server's own
process, give the key to the process that signs, or ask anybody over a network.
"""
