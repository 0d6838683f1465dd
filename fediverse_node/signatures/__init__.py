"""Signatures: who says this, proved with a key. Pure code over bytes.

What it knows: draft-cavage-12 and RFC 9421 request signatures, their digests, FEP-8b32 object
proofs, FEP-521a keys. `verify.peek` and `verify.check` are the only way in for a signed request.
Who may enter: whoever sends or receives signed bytes, and the rooms that keep keys.
What it never does: fetch a key, remember one, open a socket, read the clock, or decide whether
the owner of a key may do what the message asks.
"""
