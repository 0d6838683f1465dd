"""Releases of the open dataset: what was published, who uses it, and who is told what was taken back.

What it knows: each release with its files and rows, the people who use them, how far each of them has been
told. Who may enter: the doors that hand releases out, the operator's commands, its own two workers.
What it never does: publish without the operator's yes, change a release that was published, hand out one that
has been superseded, or keep a name of anybody who only downloads.
"""
