"""Anyone, here or elsewhere: profile, addresses, keys.

What it knows: actors as their own servers describe them, and the keys that speak for them.
Who may enter: everybody above; accounts add the sign-in to a local actor.
What it never does: fetch. A remote actor is stored here after `federation.discovery` has proved it.
"""
