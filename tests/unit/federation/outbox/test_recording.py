from __future__ import annotations

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.edit import Edit, edit
from fediverse_node.federation.outbox.labels import RANKS
from fediverse_node.federation.outbox.profile import ProfileChanges, change_profile
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.kernel import overlap
from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts import provenance
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.provenance import Provenance
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.suggestions import queries as suggestions
from fediverse_node.suggestions.model import Suggestion
from fediverse_node.suggestions.tables import suggestions as rows
from tests.fixtures.outbox import START

SUGGESTED = "The swifts left this morning, and the market is quiet."
OWN = "I counted them all summer long."


@pytest.fixture
async def handle(db: Database, alice: Actor) -> str:
    return await suggest(db, alice, "h-1", SUGGESTED)


async def suggest(db: Database, author: Actor, handle: str, output: str) -> str:
    def unit(tx: Tx) -> str:
        account = accounts.by_actor(tx, author.id)
        assert account is not None
        made = Suggestion(
            handle=handle,
            account_id=account.id,
            provider="P",
            model="m-1",
            action="rewrite",
            input_sha256="0" * 64,
            output="",
            created_at=START,
        )
        suggestions.begin(tx, made)
        suggestions.finish(tx, handle, output)
        return handle

    return await db.write(unit)


async def known(db: Database, post: Post) -> Provenance | None:
    return await db.read(lambda tx: provenance.of_post(tx, post.id))


async def test_of_what_a_person_wrote_nothing_is_written_down(db: Database, desk: Desk, alice: Actor) -> None:
    assert await known(db, await publish(desk, alice, Draft(text=OWN, reviewed=True))) is None


async def test_the_share_and_the_review_are_written_down(
    db: Database, desk: Desk, alice: Actor, handle: str
) -> None:
    draft = Draft(text=f"{SUGGESTED} {OWN}", suggestion_handle=handle, reviewed=True)
    post = await publish(desk, alice, draft)
    found = await known(db, post)
    assert found is not None
    assert (found.handles, found.share_method) == ((handle,), overlap.METHOD)
    assert found.ai_share == len(SUGGESTED) / (len(SUGGESTED) + 1 + len(OWN))
    assert (found.reviewed_at, post.human_reviewed) == (post.published_at, True)
    unread = await publish(desk, alice, Draft(text=SUGGESTED, suggestion_handle=handle))
    found = await known(db, unread)
    assert found is not None
    assert (found.ai_share, found.reviewed_at, unread.human_reviewed) == (1.0, None, False)
    assert "not reviewed by a person" in unread.content_html


async def test_an_edit_counts_anew_and_a_review_can_follow(
    db: Database, desk: Desk, alice: Actor, handle: str
) -> None:
    post = await publish(desk, alice, Draft(text=SUGGESTED, suggestion_handle=handle))
    await edit(desk, alice, post.id, Edit(text=OWN, reviewed=True))
    found = await known(db, post)
    assert found is not None
    assert (found.handles, found.ai_share) == ((handle,), 0.0)
    assert found.reviewed_at is not None
    after = await edit(desk, alice, post.id, Edit(text=f"{OWN} Yes."))
    assert (after.human_reviewed, after.ai_disclosure) == (True, "ai-assisted")
    # Another suggestion is another thing to read.
    second = await suggest(db, alice, "h-2", "Nobody has read this sentence so far.")
    again = await edit(
        desk, alice, post.id, Edit(text="Nobody has read this sentence so far.", suggestion_handle=second)
    )
    found = await known(db, post)
    assert found is not None
    assert (again.human_reviewed, found.reviewed_at) == (False, None)
    assert (found.handles, found.ai_share) == ((handle, second), 1.0)


async def test_what_is_not_known_any_more_never_lowers_a_share(
    db: Database, desk: Desk, alice: Actor, handle: str
) -> None:
    post = await publish(desk, alice, Draft(text=SUGGESTED, suggestion_handle=handle))
    await db.write(lambda tx: tx.execute(rows.update().values(output="")))
    await edit(desk, alice, post.id, Edit(text=OWN))
    found = await known(db, post)
    assert found is not None
    assert found.ai_share == 1.0


@pytest.mark.parametrize("disclosure", ["ai-assisted", "ai-autonomous"])
async def test_the_share_of_a_model_of_ones_own_is_unknown(
    db: Database, desk: Desk, alice: Actor, disclosure: str
) -> None:
    draft = Draft(text=OWN, disclosure=disclosure)  # type: ignore[arg-type]  # one of the literals
    found = await known(db, await publish(desk, alice, draft))
    assert found is not None
    assert (found.ai_share, found.share_method) == (None, None)


async def test_no_edit_lowers_a_label(db: Database, desk: Desk, alice: Actor, handle: str) -> None:
    post = await publish(desk, alice, Draft(text=OWN))
    steps = [
        Edit(text="one", suggestion_handle=handle, reviewed=True),
        Edit(text="two"),
        Edit(text="three", disclosure="ai-assisted"),
        Edit(text="four", disclosure="ai-autonomous"),
        Edit(text="five", suggestion_handle=handle),
    ]
    for step in steps:
        after = await edit(desk, alice, post.id, step)
        assert RANKS[after.ai_disclosure] >= RANKS[post.ai_disclosure]
        post = after
    for lower in ("human-only", "ai-assisted"):
        with pytest.raises(NotValid, match="never taken back"):
            await edit(desk, alice, post.id, Edit(text="six", disclosure=lower))
    kept = await db.read(lambda tx: posts.by_id(tx, post.id))
    assert kept is not None
    assert (kept.source, kept.ai_disclosure) == ("five", "ai-autonomous")


async def test_what_an_account_posts_that_a_model_writes_says_so(
    db: Database, desk: Desk, alice: Actor
) -> None:
    robot = await change_profile(desk, alice, ProfileChanges(autonomous=True))
    assert (robot.type, robot.details.autonomous) == ("Service", True)
    post = await publish(desk, robot, Draft(text="beep", language="en", reviewed=True))
    assert (post.ai_disclosure, post.human_reviewed) == ("ai-autonomous", False)
    assert "Written by AI, not reviewed by a person" in post.content_html
    for changes in (ProfileChanges(bot=False), ProfileChanges(bot=False, autonomous=True)):
        with pytest.raises(NotValid, match="is a bot"):
            await change_profile(desk, robot, changes)
    person = await change_profile(desk, robot, ProfileChanges(autonomous=False, bot=False))
    assert (person.type, person.details.autonomous) == ("Person", False)
    assert (await publish(desk, person, Draft(text=OWN))).ai_disclosure == "human-only"
    stored = await db.read(lambda tx: actors.by_id(tx, alice.id))
    assert stored == person


async def test_with_a_post_goes_what_was_known_of_it(
    db: Database, desk: Desk, alice: Actor, handle: str
) -> None:
    post = await publish(desk, alice, Draft(text=SUGGESTED, suggestion_handle=handle))
    await retract(desk, alice, post.id)
    assert await known(db, post) is None
