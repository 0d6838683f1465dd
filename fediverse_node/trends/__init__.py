"""What is talked about here: hashtags, posts and links of the last days, as far as this server saw them.

What it knows: the last reckoning, and how it is made.
Who may enter: the door for apps; a worker reckons anew now and then.
What it never does: count what is not public or by somebody who does not want to be found, or one voice twice.
"""
