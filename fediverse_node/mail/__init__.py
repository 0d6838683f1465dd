"""E-mail on its way out: what is still to be sent, and to which addresses mail may go.

What it knows: finished letters, until the operator's mail server has taken them.
Who may enter: whoever has something to say to somebody by e-mail.
What it never does: know whom a letter is about or why, speak of what stands in one, or read mail.
"""
