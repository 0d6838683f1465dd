"""The language of the fediverse: reading what peers say, writing what we say.

What it knows: JSON, ActivityStreams 2.0 and the vocabularies around it, the limits of a document.
Who may enter: every floor above; bytes and plain values only.
What it never does: fetch anything, trust anything, touch a row. Authority is decided above, on the
values that are read here once and used by the checker and the handler alike.
"""
