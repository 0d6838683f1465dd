"""Conversations: direct posts, gathered for each person who takes part, by thread and by who else does.

What it knows: which direct posts belong together for whom, and whether the last was read.
Who may enter: inbox and outbox take direct posts in and out; the door for apps reads.
What it never does: touch a post that is not direct, or show what visibility would not.
"""
