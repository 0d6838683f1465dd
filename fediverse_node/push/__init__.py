"""Push messages: what people are told on their devices while no app of theirs is open (Web Push).

What it knows: which app wants to be told of what and where, how far it was told, and the key that says that
a message is from this server.
Who may enter: the door for apps, and whoever erases somebody who leaves. A worker of its own sends.
What it never does: tell of what a person may not see or does not want to hear of, or send anything that the
service in between could read.
"""
