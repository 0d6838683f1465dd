"""Search of posts: what was said, found again by its words.

What it knows: the words of posts that somebody here may find, as tokens, and how far they were gathered.
Who may enter: doors that search ask `finding`; one worker fills the index behind everybody's back.
What it never does: decide from the index alone who sees a post. Each hit is asked about anew.
"""
