"""What the operator has to say to everybody who has an account here.

What it knows: announcements, when they hold, who read them and who reacted how.
Who may enter: the operator's door; the doors of people with an account, for themselves.
What it never does: show anything to strangers or other servers, or keep reactions longer than announcements.
"""
