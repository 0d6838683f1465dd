"""Outgoing mail: each activity once, one envelope per inbox, and what became of each.

What it knows: activities as the bytes that are sent, envelopes with their schedule, every attempt.
Who may enter: the outbox adds, the delivery worker claims and records, `trace` reads.
What it never does: open a connection.
"""
