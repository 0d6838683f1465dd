"""The door for other servers: discovery, actors, objects and collections to read, inboxes to write to."""
