"""What an operator can set.

What it knows: every setting with its default (`sections`), how file and environment are read (`loading`), and
what cannot be meant (`checks`).
Who may enter: whoever is handed a section; only the command line reads the file.
What it never does: keep a global, or change a value while the server runs.
"""
