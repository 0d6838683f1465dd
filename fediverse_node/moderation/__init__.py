"""Whom we do not want to hear: blocks, mutes, blocked servers, suspended actors, and reports about people.

What it knows: who blocks or mutes whom, which servers are silenced or shut out, what was reported.
Who may enter: the inbox and outbox change it; visibility and every way in or out ask it.
What it never does: tell anybody who blocked, muted or reported them.
"""
