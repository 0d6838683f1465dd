"""The door for people with a browser: profiles, posts, the front page. Needs no script."""
