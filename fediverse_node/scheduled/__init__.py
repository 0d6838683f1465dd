"""Posts that somebody wrote for later.

What it knows: what is to be published when, and why something could not be.
Who may enter: the outbox, which writes them down and publishes them; doors, for their authors.
What it never does: publish, or show anything to anybody but its author.
"""
