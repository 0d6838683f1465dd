"""What a person should hear of: a mention, a reply, a follow, a favourite, a boost.

What it knows: one row per event and person.
Who may enter: the inbox adds, the doors read.
What it never does: notify about something the person may not see.
"""
