"""The open dataset: exactly the posts whose authors allow it, in a form that dataset tools load.

What it knows: who is eligible at this moment, how a row looks, and how a folder appears all at once.
Who may enter: the command line, for the operator.
What it never does: write a post without a `Granted` of the consent room, or let a post that is not
eligible change a byte of what is written.
"""
