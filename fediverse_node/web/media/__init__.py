"""The door for pictures and files of others: at addresses we signed, from copies we keep."""
