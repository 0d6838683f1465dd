"""What somebody brought along from another server: posts taken over, and wishes that wait for their turn.

What it knows: which posts of ours were taken over from where, and whom somebody wants to follow, block or
mute as soon as that person has been found.
Who may enter: the archive's use cases, and whoever forgets an account.
What it never does: show where a post was before; that is kept so that nothing is taken over twice.
"""
