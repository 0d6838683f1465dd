"""Receipts of decisions about training use, and the public log that holds a fingerprint of each.

What it knows: the signed receipt of every yes and of its end, the salt that ties it to its line of the
log, the Merkle tree over those lines, the checkpoints that were signed, and what witnesses say of them.
Who may enter: the consent room, which has a receipt made with every such line of the ledger, the witnesses
room, which has checkpoints cosigned, and the doors that hand them out.
What it never does: decide; change or remove a line of the log; put anything personal into one. A receipt
and its salt can be erased, and then nobody can tell any more whom the line was about.
"""
