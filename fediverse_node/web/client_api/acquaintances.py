"""Routes about people: notes about them, and whom of those who follow them the caller follows."""

from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.follows import acquainted
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.text import clean_text
from fediverse_node.reading import queries as reading
from fediverse_node.reading.model import MAX_NOTE
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.accounts import relationship
from fediverse_node.web.client_api.entities_account import accounts
from fediverse_node.web.client_api.view import Act, Answer, View, path_id

#: Accounts that may be asked about at once.
_MAX_ASKED = 40


async def note(act: Act) -> Answer:
    """Write down something about an account, for the caller alone: `comment`; empty takes it away."""
    text = clean_text(act.fields.text("comment") or "").strip()
    if len(text) > MAX_NOTE:
        raise NotValid(f"A note has at most {MAX_NOTE} characters.")
    target_id, owner_id = path_id(act.path, "account"), act.person.actor.id

    def unit(tx: Tx) -> None:
        if actors.by_id(tx, target_id) is None:
            raise NotFound("There is no such account.")
        reading.note(tx, owner_id, target_id, text)

    await act.desk.db.write(unit)
    return await act.look(relationship)


def familiar_followers(view: View) -> Answer:
    """Of the accounts named by `id[]`: who follows them of those whom the caller follows."""
    asked = view.fields.texts("id")
    if len(asked) > _MAX_ASKED:
        raise NotValid(f"Ask about at most {_MAX_ASKED} accounts at once.")
    ids = [int(text) for text in dict.fromkeys(asked) if text.isascii() and text.isdigit() and len(text) < 19]
    known = actors.by_ids(view.tx, ids)
    open_ones = [id_ for id_ in ids if id_ in known and not known[id_].details.hide_collections]
    found = acquainted.between(view.tx, view.person.actor.id, open_ones) if open_ones else {}
    people = actors.by_ids(view.tx, {id_ for some in found.values() for id_ in some}) if found else {}
    entities = accounts(view, (person for person in people.values() if person.active))
    return Answer(
        body=[
            {
                "id": str(id_),
                "accounts": [entities[each] for each in found.get(id_, ()) if each in entities],
            }
            for id_ in ids
            if id_ in known
        ]
    )
