"""Incoming mail: which activities we took in, and those still to be resolved.

What it knows: the id of every activity accepted in the last 90 days, and jobs with their bytes.
Who may enter: the federation inbox.
What it never does: hold anything whose sender was not proved.
"""
