"""Conversations: what of them is to be fetched from elsewhere, and how much may be in an hour.

What it knows: jobs that complete a conversation, and what each conversation has used up.
Who may enter: the federation, when a conversation that concerns somebody here has gaps.
What it never does: fetch, or decide whether a conversation concerns us.
"""
