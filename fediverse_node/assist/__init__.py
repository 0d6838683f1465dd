"""A model helps a person say something: drafts, rewrites, shorter versions, translations.

What it knows: the prompts, the provider behind one port, what a person may ask for in a day.
Who may enter: the client API and the command line, for an account.
What it never does: publish, fetch, change a setting, or show the model what its user may not see. Text
goes to a draft, and nowhere else.
"""
