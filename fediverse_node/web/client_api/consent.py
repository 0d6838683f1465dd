"""What a person decided about the use of their posts for training, with the receipts. Theirs alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, get_args

import msgspec

from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent.model import PURPOSES, Kind
from fediverse_node.consent.queries import MOST_WORDS, Wanted
from fediverse_node.consent.statement import Line, of_author
from fediverse_node.federation.outbox.withdraw import AT_ONCE, withdraw_all, withdraw_lines
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.web.client_api import training
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.paging import cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View

_KINDS: Final = get_args(Kind)
_STATES: Final = ("active", "ended")


def listing(view: View) -> Answer:
    """The caller's decisions, the newest first.

    `kind`, `state`, `purpose`, `since`, `until`, `licence`, `q` and `status_id` choose among them.
    """
    page = page_of(view.fields)
    found = of_author(view.tx, view.person.actor.uri, page, _wanted(view))
    mine = posts.by_uris(view.tx, {line.entry.object_uri for line in found})
    body = [_entity(line, view.house.addresses, mine) for line in found]
    return Answer(body=body, cursors=cursors(ids_of(found), page))


async def withdraw(act: Act) -> Answer:
    """Take back the decisions `ids[]` of the list, or with `all` whatever stands, at most 100 in one call."""
    asked, everything = act.fields.texts("ids"), bool(act.fields.flag("all"))
    if everything == bool(asked):
        raise NotValid("Say which: ids of decisions, or all.")
    if everything:
        told = await withdraw_all(act.desk, act.person.actor, method="client-api")
    else:
        if len(asked) > AT_ONCE:
            raise NotValid(f"At most {AT_ONCE} can be taken back at once.")
        told = await withdraw_lines(act.desk, act.person.actor, _seqs(asked), method="client-api")
    return Answer(body={"withdrawn": told.done, "left": told.left})


def _seqs(asked: list[str]) -> list[int]:
    found = [parse_id(text) for text in asked]
    seqs = [seq for seq in found if seq is not None]
    if len(seqs) != len(asked):
        raise NotFound("There is no such decision of yours.")
    return seqs


def _wanted(view: View) -> Wanted:
    fields = view.fields
    kinds = fields.texts("kind")
    if not set(kinds) <= set(_KINDS):
        raise NotValid(f"kind is one of: {', '.join(_KINDS)}.")
    state, purpose = fields.choice("state", _STATES), fields.choice("purpose", PURPOSES)
    return Wanted(
        kinds=kinds,
        object_uri=_object_uri(view),
        state=next((each for each in ("active", "ended") if each == state), None),
        purpose=next((each for each in PURPOSES if each == purpose), None),
        since=_moment(fields, "since"),
        until=_moment(fields, "until"),
        words=_words(fields),
        licence=training.licence(fields),
    )


def _words(fields: Fields) -> tuple[str, ...]:
    """What is looked for in the caller's own posts: every word of `q`."""
    words = tuple((fields.text("q") or "").split())
    if len(words) > MOST_WORDS:
        raise NotValid(f"q has at most {MOST_WORDS} words.")
    return words


def _moment(fields: Fields, name: str) -> datetime | None:
    """A day or a moment; without a time zone it is in UTC."""
    text = fields.text(name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotValid(f"{name} must be a day such as 2026-11-30, or a moment.") from error


def _object_uri(view: View) -> str | None:
    text = view.fields.text("status_id")
    if not text:
        return None
    number = parse_id(text)
    post = posts.by_id(view.tx, number) if number is not None else None
    if post is None or post.actor_id != view.person.actor.id:
        raise NotFound("There is no such post of yours.")
    return post.uri


def _entity(line: Line, addresses: Addresses, mine: Mapping[str, Post]) -> JsonDict:
    entry, receipt = line.entry, line.receipt
    kept = receipt is not None and receipt.document is not None
    post = mine.get(entry.object_uri)
    return {
        "id": str(entry.seq),
        "created_at": to_rfc3339_millis(entry.at),
        "kind": entry.kind,
        "uri": entry.object_uri,
        "status_id": str(post.id) if post is not None else None,
        "revision": entry.revision,
        "purposes": list(entry.purposes),
        "licence": entry.licence,
        "media_sha256": list(entry.media_sha256),
        "sensitive": bool(entry.sensitive),
        "credit": entry.credit,
        "terms": entry.terms_id,
        "method": entry.method,
        "receipt_status": receipt.status if receipt is not None else None,
        "receipt_url": addresses.receipt(entry.seq) if kept else None,
        "log_index": receipt.log_index if receipt is not None else None,
        "log_salt": receipt.salt if receipt is not None else None,
        "receipt": msgspec.json.decode(receipt.document) if receipt and receipt.document else None,
    }
