"""All tables, so that the metadata is whole for migrations and tests."""

from __future__ import annotations

from fediverse_node.accounts import tables as accounts
from fediverse_node.actors import tables as actors
from fediverse_node.announcements import tables as announcements
from fediverse_node.arrivals import tables as arrivals
from fediverse_node.cards import tables as cards
from fediverse_node.consent import tables as consent
from fediverse_node.conversations import tables as conversations
from fediverse_node.credentials import tables as credentials
from fediverse_node.datasets import tables as datasets
from fediverse_node.deliveries import tables as deliveries
from fediverse_node.filters import tables as filters
from fediverse_node.follows import tables as follows
from fediverse_node.hashtags import tables as hashtags
from fediverse_node.imports import tables as imports
from fediverse_node.joining import tables as joining
from fediverse_node.lists import tables as lists
from fediverse_node.mail import tables as mail
from fediverse_node.media import tables as media
from fediverse_node.moderation import tables as moderation
from fediverse_node.notifications import tables as notifications
from fediverse_node.oauth import tables as oauth
from fediverse_node.peers import tables as peers
from fediverse_node.polls import tables as polls
from fediverse_node.posts import tables as posts
from fediverse_node.push import tables as push
from fediverse_node.quotes import tables as quotes
from fediverse_node.reading import tables as reading
from fediverse_node.receipts import tables as receipts
from fediverse_node.relays import tables as relays
from fediverse_node.scheduled import tables as scheduled
from fediverse_node.search import tables as search
from fediverse_node.storage.base import metadata
from fediverse_node.suggestions import tables as suggestions
from fediverse_node.threads import tables as threads
from fediverse_node.timelines import tables as timelines
from fediverse_node.trends import tables as trends
from fediverse_node.uploads import tables as uploads
from fediverse_node.witnesses import tables as witnesses

__all__ = [
    "accounts",
    "actors",
    "announcements",
    "arrivals",
    "cards",
    "consent",
    "conversations",
    "credentials",
    "datasets",
    "deliveries",
    "filters",
    "follows",
    "hashtags",
    "imports",
    "joining",
    "lists",
    "mail",
    "media",
    "metadata",
    "moderation",
    "notifications",
    "oauth",
    "peers",
    "polls",
    "posts",
    "push",
    "quotes",
    "reading",
    "receipts",
    "relays",
    "scheduled",
    "search",
    "suggestions",
    "threads",
    "timelines",
    "trends",
    "uploads",
    "witnesses",
]
