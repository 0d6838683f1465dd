"""Mastodon's PreviewCard, of the pages that posts link to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.cards.model import Card, Page
from fediverse_node.kernel.urls import origin_of, split_http
from fediverse_node.media.model import owner_of_card
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.view import JsonDict, View


def cards(view: View, urls: Iterable[str]) -> dict[str, JsonDict]:
    """The previews of those of *urls* that have one; the others are looked at soon.

    One statement; one more where a page names somebody who is known here.
    """
    keeper = view.house.cards
    found = keeper.of(view.tx, urls) if keeper is not None else {}
    pages = {card.url: (card, card.page) for card in found.values() if card.page is not None}
    if not pages:
        return {}
    named = {page.author_id for _, page in pages.values() if page.author_id is not None}
    people = actors.by_ids(view.tx, named) if named else {}
    people = {id_: person for id_, person in people.items() if person.active}
    entities = accounts(view, people.values()) if people else {}
    return {
        url: _card(card, page, _author(page, card, people, entities), view.house.addresses)
        for url, (card, page) in pages.items()
    }


def _author(
    page: Page, card: Card, people: Mapping[int, Actor], entities: Mapping[int, JsonDict]
) -> JsonDict | None:
    """Who wrote the page: an account only where its owner says that the site may name them."""
    person = people.get(page.author_id or 0)
    if person is not None and may_name(person, card.url):
        account = entities[person.id]
        return {"name": person.display_name, "url": account["url"], "account": account}
    if not page.author:
        return None
    return {"name": page.author, "url": page.author_url, "account": None}


def may_name(person: Actor, url: str) -> bool:
    """Whether *person* lets the site of *url* name them as an author (`attributionDomains`)."""
    host = split_http(url).hostname or ""
    return any(host == domain or host.endswith(f".{domain}") for domain in person.details.attribution_domains)


def _card(card: Card, page: Page, author: JsonDict | None, addresses: Addresses) -> JsonDict:
    image = addresses.copy_of(page.image, owner_of_card(card.id)) if page.image is not None else None
    return {
        "url": card.url,
        "title": page.title,
        "description": page.description,
        "language": page.language,
        # Never another kind: what would have to be embedded is not shown by us.
        "type": "link",
        "author_name": page.author,
        "author_url": page.author_url,
        "authors": [author] if author is not None else [],
        "provider_name": page.provider,
        "provider_url": origin_of(card.url) if page.provider else "",
        "html": "",
        "width": page.width,
        "height": page.height,
        "image": image,
        "image_description": page.image_description,
        "embed_url": "",
        "blurhash": None,
        "published_at": page.published_at,
        "missing_attribution": None,
    }
