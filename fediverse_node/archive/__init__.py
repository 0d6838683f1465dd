"""A person's own copy: everything of theirs in one file, and what they bring along from elsewhere.

What it knows: the files of an archive as Mastodon writes and reads them, and what of them becomes true here.
Who may enter: the command line and the pages, for the person whose archive it is.
What it never does: pack a secret, or what others say only to some; announce or send a post that is taken
over, say yes to training for one, or believe that an archive is small because it says so.
"""
