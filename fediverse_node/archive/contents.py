"""What stands in each file of a person's archive: read a page at a time, and theirs alone.

Of others there are addresses: whom they follow, what they answered, liked or passed on; never a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, get_args

import msgspec

from fediverse_node.accounts import queries as accounts
from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.archive import csvs, guide
from fediverse_node.consent import decisions, statement
from fediverse_node.consent.statement import Line
from fediverse_node.federation.builders import actor as actor_builder
from fediverse_node.federation.builders import announce, create
from fediverse_node.federation.builders.note import NoteParts
from fediverse_node.federation.delivery import audience
from fediverse_node.federation.delivery.terms import terms_of
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.moderation import queries as moderation
from fediverse_node.polls import queries as polls
from fediverse_node.posts import liked, lists
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post, Visibility
from fediverse_node.posts.subject import subject_of
from fediverse_node.receipts import checkpoints, paths
from fediverse_node.receipts import queries as log
from fediverse_node.storage.folder import Folder
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import everything
from fediverse_node.uploads.model import PREFIX

#: Rows that one transaction reads.
PAGE: Final = 80
OUTBOX: Final = "outbox.json"
ACTOR: Final = "actor.json"
LIKES: Final = "likes.json"
DECISIONS: Final = "consent/decisions.jsonl"
RECEIPTS: Final = "consent/receipts/"
KEY: Final = "consent/key"
#: Where the files of pictures are, as in Mastodon's archives.
MEDIA: Final = "media_attachments/files/"
_encode = msgspec.json.Encoder().encode
_EVERY: Final[tuple[Visibility, ...]] = get_args(Visibility)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a file. `after` is where to go on reading; None: the file is whole."""

    data: bytes
    after: int | None = None


#: Reads the piece that begins after an id; 0 for the first.
Reader = Callable[[Tx, int], Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Whose archive it is, and where everything of theirs lives.

    Attributes:
        pictures: where the files of their pictures lie; None: there are none.
    """

    actor: Actor
    addresses: Addresses
    pictures: Folder | None = None


def files(desk: Desk) -> Iterator[tuple[str, Reader]]:
    """Every file, with what reads it. Receipts have files of their own, see `receipts`."""
    yield guide.NAME, lambda tx, _: Part(data=guide.guide(desk.actor, desk.addresses, tx.now))
    yield ACTOR, lambda tx, _: Part(data=_actor(tx, desk))
    yield OUTBOX, _Outbox(desk).read
    yield LIKES, _Likes(desk).read
    yield csvs.FILES["follows"], lambda tx, after: _people(tx, desk, after, "follows", follows.following_page)
    yield csvs.FOLLOWERS, lambda tx, after: _people(tx, desk, after, "followers", follows.followers_page)
    yield csvs.FILES["blocks"], lambda tx, after: _people(tx, desk, after, "blocks", moderation.blocks_page)
    yield csvs.FILES["mutes"], lambda tx, after: _mutes(tx, desk, after)
    yield csvs.FILES["domains"], lambda tx, after: _domains(tx, desk, after)
    yield DECISIONS, lambda tx, after: _decisions(tx, desk, after)


def receipts(tx: Tx, actor: Actor, after: int) -> tuple[list[tuple[str, bytes]], int | None]:
    """Some receipts, each as a file that `verify` checks, and where to go on; None: that was all.

    Beside each the proof that it is in the log, against one checkpoint; of the newest, which none covers yet,
    there is no proof. With the first ones comes the log's key.
    """
    found, last = _lines(tx, actor, after), log.last_checkpoint(tx)
    prove = None if last is None else paths.prover(tx, last)
    key = checkpoints.public_key(tx) if found and after == 0 else None
    made = [] if key is None else [(KEY, f"{key.text}\n".encode())]
    for receipt in (line.receipt for line in found if line.receipt is not None):
        if receipt.document is None:
            continue
        made.append((f"{RECEIPTS}{receipt.seq}.json", receipt.document.encode()))
        if prove is not None and last is not None and receipt.salt and receipt.log_index < last.size:
            proof = prove(receipt.log_index, bytes.fromhex(receipt.salt))
            made.append((f"{RECEIPTS}{receipt.seq}.tlog-proof", proof.encode()))
    return made, found[-1].id if len(found) == PAGE else None


@dataclass(slots=True)
class _Outbox:
    """`outbox.json`: everything they said, the oldest first, as Mastodon's archive has it."""

    desk: Desk
    count: int = field(default=0, init=False)

    def read(self, tx: Tx, after: int) -> Part:
        actor = self.desk.actor
        found = lists.by_actor(tx, actor.id, Page(min_id=after, limit=PAGE), visibilities=_EVERY)[::-1]
        items = _activities(tx, self.desk, found)
        head = _collection_head(self.desk, OUTBOX) if after == 0 else b""
        part = _joined(head, items, first=self.count == 0)
        self.count += len(items)
        return _page_of(part, [post.id for post in found], total=self.count)


@dataclass(slots=True)
class _Likes:
    """`likes.json`: the addresses of what they liked."""

    desk: Desk
    count: int = field(default=0, init=False)

    def read(self, tx: Tx, after: int) -> Part:
        found = liked.by_actor(tx, self.desk.actor.id, Page(min_id=after, limit=PAGE))[::-1]
        head = _collection_head(self.desk, LIKES) if after == 0 else b""
        part = _joined(head, [uri for _, uri in found], first=self.count == 0)
        self.count += len(found)
        return _page_of(part, [id_ for id_, _ in found], total=self.count)


def _collection_head(desk: Desk, name: str) -> bytes:
    head = {"@context": write.note_context(desk.addresses.origin), "id": name, "type": "OrderedCollection"}
    return _encode(head)[:-1] + b',"orderedItems":['


def _joined(head: bytes, items: Sequence[JsonDict | str], *, first: bool) -> bytes:
    encoded = b",\n".join(map(_encode, items))
    return head + (b"\n" if first else b",\n") + encoded if encoded else head


def _page_of(data: bytes, ids: list[int], *, total: int) -> Part:
    if len(ids) == PAGE:
        return Part(data=data, after=ids[-1])
    return Part(data=data + b'\n],"totalItems":%d}\n' % total)


def _activities(tx: Tx, desk: Desk, found: list[Post]) -> list[JsonDict]:
    own = [post for post in found if post.boost_of_id is None]
    ids = [post.id for post in own]
    mentions, tags = posts.mentions_of(tx, ids), posts.hashtags_of(tx, ids)
    decided = decisions.decisions(tx, [subject_of(post, desk.actor) for post in own])
    asked = polls.of_posts(tx, [post.id for post in own if post.type == "Question"])
    boosted = posts.by_ids(tx, [post.boost_of_id for post in found if post.boost_of_id is not None])
    authors = actors.by_ids(tx, [post.actor_id for post in boosted.values()])

    def said(post: Post) -> JsonDict | None:
        if post.boost_of_id is not None:
            original = boosted.get(post.boost_of_id)
            return _boost(desk, post, original, authors) if original is not None else None
        parts = NoteParts(
            post=_with_files(post, desk.addresses),
            author=desk.actor,
            mentions=mentions.get(post.id, []),
            hashtags=tags.get(post.id, []),
            decision=decided[post.uri],
            groups=audience.groups_of(tx, post),
            terms=terms_of(tx, post),
            poll=asked.get(post.id),
        )
        # Apps that show archives want an id; there is nothing at this one.
        return create.document(parts, id_=f"{post.uri}#create", addresses=desk.addresses)

    return [_bare(activity) for post in found if (activity := said(post)) is not None]


def _with_files(post: Post, addresses: Addresses) -> Post:
    """*post* with its pictures where the archive has them, as Mastodon's archives say it."""
    if not any(each.file_id for each in post.attachments):
        return post
    carried = [
        replace(each, url=MEDIA + each.url.removeprefix(addresses.origin + PREFIX), preview=None)
        if each.file_id is not None
        else each
        for each in post.attachments
    ]
    return replace(post, attachments=tuple(carried))


def pictures(tx: Tx, actor: Actor, after: int) -> tuple[list[tuple[str, str]], int | None]:
    """(name in the archive, name of the file) of some pictures, and where to go on; None: that was all."""
    account = accounts.by_actor(tx, actor.id)
    if account is None:
        return [], None
    found = everything.of_account(tx, account.id, after=after, limit=PAGE)
    made = [(MEDIA + path.removeprefix(PREFIX), name) for _, name, path in found]
    return made, found[-1][0] if len(found) == PAGE else None


def _boost(desk: Desk, post: Post, original: Post, authors: dict[int, Actor]) -> JsonDict:
    return announce.document(
        id_=post.uri,
        booster=desk.actor,
        post=original.uri,
        author=authors[original.actor_id].uri,
        visibility=post.visibility,
        now=post.published_at,
    )


def _bare(activity: JsonDict) -> JsonDict:
    """Without the context, which the collection has."""
    return {name: value for name, value in activity.items() if name != "@context"}


def _actor(tx: Tx, desk: Desk) -> bytes:
    document = actor_builder.document(desk.actor, actors.keys_of(tx, desk.actor.id), addresses=desk.addresses)
    return msgspec.json.format(_encode({**document, "outbox": OUTBOX, "likes": LIKES})) + b"\n"


def _people(
    tx: Tx,
    desk: Desk,
    after: int,
    kind: str,
    read: Callable[[Tx, int, Page], list[tuple[int, int]]],
) -> Part:
    rows = read(tx, desk.actor.id, Page(min_id=after, limit=PAGE))[::-1]
    people = actors.by_ids(tx, [person for _, person in rows])
    lines = [_person(kind, people[person]) for _, person in rows]
    return _list_part(lines, [id_ for id_, _ in rows], head=_HEADS.get(kind, ()), after=after)


_HEADS: Final = {"follows": csvs.HEADS["follows"], "followers": ("Account address",)}


def _person(kind: str, person: Actor) -> bytes:
    address = person.handle.removeprefix("@")
    return csvs.row([address, "true", "false", ""] if kind == "follows" else [address])


def _mutes(tx: Tx, desk: Desk, after: int) -> Part:
    found = moderation.mutes_page(tx, desk.actor.id, Page(min_id=after, limit=PAGE))[::-1]
    people = actors.by_ids(tx, [mute.target_id for mute in found])
    lines = [
        csvs.row([people[mute.target_id].handle.removeprefix("@"), str(mute.notifications).lower()])
        for mute in found
    ]
    return _list_part(lines, [mute.id for mute in found], head=csvs.HEADS["mutes"], after=after)


def _domains(tx: Tx, desk: Desk, after: int) -> Part:
    found = moderation.shunned_page(tx, desk.actor.id, Page(min_id=after, limit=PAGE))[::-1]
    return _list_part([csvs.row([domain]) for _, domain in found], [id_ for id_, _ in found], after=after)


def _list_part(lines: list[bytes], ids: list[int], *, head: tuple[str, ...] = (), after: int) -> Part:
    first = csvs.row(head) if head and after == 0 else b""
    return Part(data=first + b"".join(lines), after=ids[-1] if len(ids) == PAGE else None)


def _lines(tx: Tx, actor: Actor, after: int) -> list[Line]:
    return statement.of_author(tx, actor.uri, Page(min_id=after, limit=PAGE))[::-1]


def _decisions(tx: Tx, desk: Desk, after: int) -> Part:
    found = _lines(tx, desk.actor, after)
    lines = [_encode(_decision(line)) + b"\n" for line in found]
    return _list_part(lines, [line.id for line in found], after=after)


def _decision(line: Line) -> JsonDict:
    entry, receipt = line.entry, line.receipt
    kept = receipt is not None and receipt.document is not None
    return {
        "line": entry.seq,
        "at": to_rfc3339(entry.at),
        "kind": entry.kind,
        "post": entry.object_uri,
        "revision_sha256": entry.revision,
        "purposes": list(entry.purposes),
        "credit": entry.credit,
        "terms": entry.terms_id,
        "terms_sha256": entry.terms_sha256,
        "method": entry.method,
        "receipt": f"receipts/{entry.seq}.json" if kept else None,
        "receipt_status": receipt.status if receipt is not None else None,
        "log_index": receipt.log_index if receipt is not None else None,
        # Whoever has it can show that the line of the log is this receipt's.
        "log_salt": receipt.salt if receipt is not None else None,
    }
