"""Checking what a node says about consent, as somebody who does not trust it.

What it knows: receipts, proofs and logs as anybody can fetch them. Who may enter: the command line. What it
never does: ask a database, or use anything of what writes receipts beyond the arithmetic of `signatures`;
a mistake made in writing must not be made again in checking.
"""
