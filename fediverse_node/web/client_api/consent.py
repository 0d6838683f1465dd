"""What a person decided about the use of their posts for training, with the receipts. Theirs alone."""

from __future__ import annotations

from typing import Final, get_args

import msgspec

from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent.model import Kind
from fediverse_node.consent.statement import Line, of_author
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.posts import queries as posts
from fediverse_node.web.client_api.paging import cursors, ids_of, page_of
from fediverse_node.web.client_api.view import Answer, JsonDict, View

_KINDS: Final = get_args(Kind)


def listing(view: View) -> Answer:
    """The caller's decisions, the newest first; `kind` and `status_id` choose among them."""
    page = page_of(view.fields)
    found = of_author(view.tx, view.person.actor.uri, page, kinds=_kinds(view), object_uri=_object_uri(view))
    body = [_entity(line, view.house.addresses) for line in found]
    return Answer(body=body, cursors=cursors(ids_of(found), page))


def _kinds(view: View) -> list[str]:
    asked = view.fields.texts("kind")
    if not set(asked) <= set(_KINDS):
        raise NotValid(f"kind is one of: {', '.join(_KINDS)}.")
    return asked


def _object_uri(view: View) -> str | None:
    text = view.fields.text("status_id")
    if not text:
        return None
    number = parse_id(text)
    post = posts.by_id(view.tx, number) if number is not None else None
    if post is None or post.actor_id != view.person.actor.id:
        raise NotFound("There is no such post of yours.")
    return post.uri


def _entity(line: Line, addresses: Addresses) -> JsonDict:
    entry, receipt = line.entry, line.receipt
    kept = receipt is not None and receipt.document is not None
    return {
        "id": str(entry.seq),
        "created_at": to_rfc3339_millis(entry.at),
        "kind": entry.kind,
        "uri": entry.object_uri,
        "revision": entry.revision,
        "purposes": list(entry.purposes),
        "terms": entry.terms_id,
        "method": entry.method,
        "receipt_status": receipt.status if receipt is not None else None,
        "receipt_url": addresses.receipt(entry.seq) if kept else None,
        "log_index": receipt.log_index if receipt is not None else None,
        "log_salt": receipt.salt if receipt is not None else None,
        "receipt": msgspec.json.decode(receipt.document) if receipt and receipt.document else None,
    }
