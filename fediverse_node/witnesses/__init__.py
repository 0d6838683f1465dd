"""Witnesses of logs: other servers that vouch for ours, and what we vouch for of theirs (C2SP tlog-witness).

What it knows: how far each log went that we are a witness of, the key with which we say so, and how
witnesses are asked about our own checkpoints. Who may enter: the door that logs knock at, and the worker.
What it never does: cosign what does not go on from all it has cosigned before; hold up the log of this
server.
"""
