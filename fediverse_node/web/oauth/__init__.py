"""The door for apps that want to be let in: registration, tokens, and what there is (OAuth 2.0).

What it knows: the words of RFC 6749, 7009, 7591 and 8414, and Mastodon's shapes of them.
Who may enter: the composition root; `routes.ROUTES` is all it shows. People say yes or no on `web.pages`.
What it never does: let anybody in by itself, or read a cookie.
"""
