"""Who finds which posts: the index narrows, the post itself decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotValid
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation.model import Block
from fediverse_node.posts import liked as liked_posts
from fediverse_node.posts import queries as posts
from fediverse_node.posts import reactions
from fediverse_node.posts.model import Attachment, Post
from fediverse_node.search import finding
from fediverse_node.search.finding import Wanted
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import boost, follow, note, person, stranger
from tests.unit.search.conftest import Fill


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """Ann looks; Open lets her posts be found, Shut does not."""

    db: Database
    ann: Actor
    open: Actor
    shut: Actor

    async def found(self, text: str, *, by: Actor | None = None, **wanted: Any) -> list[int]:
        asked = Wanted(**{"limit": 40, **wanted})
        found = await self.db.read(lambda tx: finding.find(tx, text, by or self.ann, asked))
        return [post.id for post in found]

    async def says(self, author: Actor, text: str, **changes: Any) -> Post:
        html = f"<p>{text}</p>"
        return await self.db.write(lambda tx: note(tx, author, content_html=html, **changes))


@pytest.fixture
async def village(db: Database) -> Village:
    def unit(tx: Tx) -> Village:
        return Village(
            db=db,
            ann=person(tx, "ann"),
            open=stranger(tx, "open", indexable=True),
            shut=stranger(tx, "shut"),
        )

    return await db.write(unit)


async def test_public_posts_of_who_allows_it_are_found_newest_first(village: Village, fill: Fill) -> None:
    first = await village.says(village.open, "Cats are quiet")
    second = await village.says(village.open, "A cat and more CATS")
    await village.says(village.shut, "Cats again")
    await village.says(village.open, "Cats, not listed", visibility="unlisted")
    await fill()
    assert await village.found("cats") == [second.id, first.id]


async def test_what_concerns_a_person_is_found_by_them_alone(village: Village, fill: Fill) -> None:
    ann, open_, shut = village.ann, village.open, village.shut
    own = await village.says(ann, "My secret garden", visibility="private")
    named = await village.says(shut, "Your garden", visibility="direct", mentioned=[ann])
    liked, kept, passed_on, left = [await village.says(shut, "A garden") for _ in range(4)]
    await village.says(shut, "Their garden", visibility="direct", mentioned=[open_])

    def mark(tx: Tx) -> None:
        reactions.favourite(tx, liked.id, ann.id, "https://here.example/like")
        liked_posts.bookmark(tx, ann.id, kept.id)
        boost(tx, ann, passed_on)
        reactions.favourite(tx, left.id, open_.id, "https://there.example/like")

    await village.db.write(mark)
    bob = await village.db.write(lambda tx: person(tx, "bob"))
    await fill()
    mine = [passed_on.id, kept.id, liked.id, named.id, own.id]
    assert await village.found("garden") == await village.found("garden in:library") == mine
    assert await village.found("garden in:public") == []
    assert await village.found("garden", by=bob) == []


async def test_what_somebody_took_back_is_not_found_though_the_index_says_so(
    village: Village, fill: Fill
) -> None:
    ann, shut = village.ann, village.shut
    liked, kept, passed_on = [await village.says(shut, "A garden") for _ in range(3)]

    def mark(tx: Tx) -> Post | None:
        reactions.favourite(tx, liked.id, ann.id, "https://here.example/like")
        liked_posts.bookmark(tx, ann.id, kept.id)
        return boost(tx, ann, passed_on)

    boosted = await village.db.write(mark)
    await fill()
    assert len(await village.found("garden")) == 3

    def take_back(tx: Tx) -> None:
        assert boosted is not None
        reactions.unfavourite(tx, liked.id, ann.id)
        liked_posts.forget(tx, ann.id, kept.id)
        posts.remove(tx, boosted, actor_uri=ann.uri)

    await village.db.write(take_back)
    assert await village.found("garden") == []


# PRI-01, PRI-12: a mark of one's own opens nothing
async def test_the_rule_is_asked_for_every_hit(village: Village, fill: Fill) -> None:
    ann, shut = village.ann, village.shut
    closed = await village.says(shut, "Behind the garden wall", visibility="private")

    def befriend(tx: Tx) -> Any:
        liked_posts.bookmark(tx, ann.id, closed.id)
        return follow(tx, ann, shut)

    friendship = await village.db.write(befriend)
    await fill()
    assert await village.found("garden") == [closed.id]
    await village.db.write(lambda tx: follows.remove(tx, friendship))
    assert await village.found("garden") == []


# OBJ-33, PRI-09
async def test_people_who_are_gone_or_kept_away_are_not_found(village: Village, fill: Fill) -> None:
    ann, open_ = village.ann, village.open
    post = await village.says(open_, "A garden")
    await fill()

    async def change(**columns: Any) -> list[int]:
        await village.db.write(lambda tx: actors.change(tx, open_.id, columns))
        return await village.found("garden")

    assert await village.found("garden") == [post.id]
    now = village.db.clock()
    assert await change(suspended_at=now) == []
    assert await change(suspended_at=None) == [post.id]
    assert await change(indexable=False) == []
    assert await change(indexable=True) == [post.id]
    await village.db.write(
        lambda tx: moderation.mute(tx, ann.id, open_.id, notifications=True, expires_at=None)
    )
    assert await village.found("garden") == []
    await village.db.write(lambda tx: moderation.unmute(tx, ann.id, open_.id))
    blocked = Block(id=1, actor_id=open_.id, target_id=ann.id, uri="https://there.example/b", created_at=now)
    await village.db.write(lambda tx: moderation.block(tx, blocked))
    assert await village.found("garden") == []
    await village.db.write(lambda tx: moderation.unblock(tx, blocked))
    assert await village.found("garden") == [post.id]


async def test_operators_say_which_posts(village: Village, fill: Fill) -> None:
    ann, open_ = village.ann, village.open
    day = datetime(2024, 3, 1, 12, tzinfo=UTC)
    plain = await village.says(open_, "A garden", language="de-AT", published_at=day)
    picture = Attachment(
        type="Document", media_type="image/png", url="https://x.example/1.png", name="A fence"
    )
    drawn = await village.says(
        open_, 'A garden <a href="https://x.example/">there</a>', attachments=(picture,)
    )
    answer = await village.says(ann, "No garden", in_reply_to_uri=plain.uri, sensitive=True, summary="Grey")
    await fill()
    expected: dict[str, list[Post]] = {
        "garden": [plain, drawn, answer],
        "garden from:me": [answer],
        f"garden from:{open_.handle}": [plain, drawn],
        f"garden -from:{open_.handle}": [answer],
        "garden from:@nobody@nowhere.example": [],
        "garden has:media": [drawn],
        "garden has:image -has:video": [drawn],
        "garden has:link": [drawn],
        "garden has:everything": [],
        "garden is:reply": [answer],
        "garden -is:reply": [plain, drawn],
        "is:sensitive": [answer],
        "garden is:local": [answer],
        "garden language:de": [plain],
        "garden language:de language:en": [plain],
        "garden during:2024": [plain],
        "garden during:2024-03": [plain],
        "garden before:2024-03-02": [plain],
        "garden before:2024-03-01": [],
        "garden after:2024-02-29": [plain, drawn, answer],
        "garden after:2024-03-01": [drawn, answer],
        "garden -during:2024-03-01": [drawn, answer],
        "fence": [drawn],
        "grey": [answer],
        '"no garden"': [answer],
        '"garden no"': [],
        '"grey no"': [],
        "garden -no": [plain, drawn],
        "-garden": [],
    }
    for text, hits in expected.items():
        assert await village.found(text) == sorted((post.id for post in hits), reverse=True), text


async def test_pages_are_turned_by_offset_or_by_id(village: Village, fill: Fill) -> None:
    ids = [(await village.says(village.open, f"A garden, number {n}")).id for n in range(6)][::-1]
    for _ in range(3):
        await village.says(village.ann, "Another garden")
    await fill()
    by: dict[str, Any] = {"author_id": village.open.id}
    assert await village.found("garden", limit=2, **by) == ids[:2]
    assert await village.found("garden", limit=2, offset=2, **by) == ids[2:4]
    assert await village.found("garden", limit=2, max_id=ids[3], **by) == ids[4:]
    assert await village.found("garden", limit=2, min_id=ids[3], **by) == ids[1:3]
    assert await village.found("garden", limit=2, min_id=ids[3], offset=2, **by) == ids[:1]
    assert await village.found("garden", max_id=ids[1], min_id=ids[4], **by) == ids[2:4]


async def test_hits_that_may_not_be_seen_leave_no_gap_in_a_page(
    village: Village, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "_AT_ONCE", 2)
    first = await village.says(village.open, "A garden")
    other = await village.db.write(lambda tx: stranger(tx, "other", indexable=True))
    for _ in range(5):
        await village.says(other, "A garden")
    last = await village.says(village.open, "A garden")
    await fill()
    await village.db.write(lambda tx: actors.change(tx, other.id, {"indexable": False}))
    assert await village.found("garden", limit=2) == [last.id, first.id]
    assert await village.found("garden", limit=1, min_id=first.id) == [last.id]
    # A search looks at so many, and not at all there are.
    monkeypatch.setattr(finding, "MOST_CANDIDATES", 4)
    assert await village.found("garden", limit=2) == [last.id]


# DOS-17
async def test_a_question_has_bounds(village: Village) -> None:
    assert await village.found("a" * 500) == []
    assert await village.found("a " * 32) == []
    for text in ("a" * 501, "a " * 33):
        with pytest.raises(NotValid):
            await village.found(text)
    assert await village.found("garden", offset=10**8) == []
    assert await village.found(" ".join(f"before:20{n}-06-15" for n in range(10, 37))) == []
