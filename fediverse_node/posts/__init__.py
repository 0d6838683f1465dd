"""Posts: what people wrote, here and elsewhere, and what was done with it.

What it knows: posts with their revisions, mentions, hashtags, reactions, boosts, and tombstones.
Who may enter: use cases add and change; read paths ask `visibility` first.
What it never does: send anything, or decide who may see a post.
"""
