"""Consent between posts: who quotes, answers or boosts whom, and what authors allow others to do.

What it knows: the policy of a post (who may answer, quote, boost and like it), and each quote, answer or
boost that needs somebody's yes, with the state it is in.
Who may enter: the use cases and handlers of federation; read paths through `visibility.policy`.
What it never does: ask or tell another server, or decide who may see a post.
"""
