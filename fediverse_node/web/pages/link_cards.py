"""Previews of links on the page of a post. The reader's browser asks nobody but this server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fediverse_node.actors.addresses import Addresses
from fediverse_node.cards.keeping import Cards
from fediverse_node.cards.links import first_link
from fediverse_node.kernel.urls import authority_of
from fediverse_node.media.model import owner_of_card
from fediverse_node.posts.model import Post
from fediverse_node.quotes import queries as quotes
from fediverse_node.storage.tx import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A preview, ready to be laid out.

    Attributes:
        picture: our copy; None where there is none.
        site: what the site calls itself, else its host.
    """

    url: str
    title: str
    description: str
    site: str
    picture: str | None
    alt: str


def card_views(tx: Tx, cards: Cards, shown: Sequence[Post], addresses: Addresses) -> dict[int, CardView]:
    """The previews of the posts *shown*, by post, as apps are given them: not beside files or a quote."""
    links = {
        post.id: link
        for post in shown
        if not post.attachments and (link := first_link(post.content_html, own_origin=addresses.origin))
    }
    if not links:
        return {}
    quoting = {post_id for post_id, noted in quotes.of_posts(tx, list(links)).items() if "quote" in noted}
    links = {post_id: link for post_id, link in links.items() if post_id not in quoting}
    found = cards.of(tx, links.values())
    views = {}
    for post_id, link in links.items():
        card = found.get(link)
        if card is None or card.page is None:
            continue
        views[post_id] = CardView(
            url=card.url,
            title=card.page.title,
            description=card.page.description,
            site=card.page.provider or authority_of(card.url),
            picture=addresses.shown(card.page.image, owner_of_card(card.id)),
            alt=card.page.image_description,
        )
    return views
