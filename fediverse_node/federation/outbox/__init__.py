"""Everything a local person does to the world, whichever door it came by.

What it knows: how to publish, edit, retract, react, follow, and change a profile: each one transaction
that makes it true here and puts it in the post for everybody else.
Who may enter: the client doors, the pages, the command line. They translate, and decide nothing.
What it never does: send. It asks the network only to find out who is meant by `@name@host`, and
never while a transaction is open.
"""
