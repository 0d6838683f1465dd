"""Where state lives: one database, reached only through `db.read(fn)` and `db.write(fn)`.

What it knows: engines (SQLite and PostgreSQL), transactions, column types, upserts, migrations' lock.
Who may enter: rooms speak SQL through the `Tx` they are given; everybody above passes a `Tx` on.
What it never does: await while a transaction is open, or let two processes write one SQLite file.
"""
