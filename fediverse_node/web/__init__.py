"""The doors: HTTP in, HTTP out.

What it knows: aiohttp, status codes, headers, media types, templates.
Who may enter: the composition root only.
What it never does: decide. A door reads a request, asks a use case or a room, and writes the answer;
doors do not open into each other, and none of them speaks SQL.
"""
