from __future__ import annotations

from functools import partial

import pytest

from fediverse_node.activitystreams.read import read_activity, read_object
from fediverse_node.actors.model import Actor
from fediverse_node.consent import queries as ledger
from fediverse_node.consent.model import Allowance
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.edit import Edit, edit, set_training_use
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.kernel.errors import NotAllowed, NotFound, NotValid
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.tables import post_revisions
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from tests.fixtures.outbox import TurnedClock, member, sent
from tests.fixtures.rooms import follow, note, stranger


async def kinds(db: Database, post: Post) -> list[str]:
    return [entry.kind for entry in await db.read(lambda tx: ledger.history(tx, post.uri))]


async def test_an_edit_goes_to_followers_as_an_update_with_the_edit_marker(
    db: Database, desk: Desk, alice: Actor, clock: TurnedClock
) -> None:
    await db.write(lambda tx: follow(tx, stranger(tx, "bob"), alice))
    post = await publish(desk, alice, Draft(text="teh"))
    clock.turn(minutes=5)
    after = await edit(desk, alice, post.id, Edit(text="the #end"))
    [_, (document, inboxes)] = await sent(db)
    assert inboxes == {"https://there.example/inbox"}
    activity = read_activity(document)
    object_ = read_object(activity.object or {})
    assert (activity.type, object_.id, object_.updated) == ("Update", post.uri, clock.now)
    assert object_.published == post.published_at
    assert [tag.name for tag in object_.hashtags] == ["end"]
    assert "proof" in document
    assert (await db.read(lambda tx: posts.by_id(tx, post.id))) == after
    [kept] = await db.read(lambda tx: tx.all(post_revisions.select()))
    assert (kept.source, kept.revision) == ("teh", post.revision)
    assert after.revision != post.revision


async def test_saving_without_a_change_sends_nothing(db: Database, desk: Desk, alice: Actor) -> None:
    post = await publish(desk, alice, Draft(text="same"))
    after = await edit(desk, alice, post.id, Edit(text="same"))
    assert after.edited_at is None
    assert len(await sent(db)) == 1


async def test_a_new_text_falls_back_to_no_and_the_ledger_says_why(
    db: Database, desk: Desk, alice: Actor, clock: TurnedClock
) -> None:
    post = await publish(desk, alice, Draft(text="one", training_use=True))
    clock.turn(minutes=1)
    await edit(desk, alice, post.id, Edit(text="two"))
    assert await kinds(db, post) == ["grant", "supersede"]
    assert (await sent(db))[-1][0]["object"]["contentUsage"] == "train-ai=n"
    clock.turn(minutes=1)
    await edit(desk, alice, post.id, Edit(text="three", training_use=True))
    assert (await kinds(db, post))[-1] == "grant"
    assert (await sent(db))[-1][0]["object"]["contentUsage"] == "train-ai=y"


async def test_a_yes_said_with_the_edit_is_for_the_new_text(db: Database, desk: Desk, alice: Actor) -> None:
    post = await publish(desk, alice, Draft(text="one", training_use=True))
    after = await edit(desk, alice, post.id, Edit(text="two", training_use=True))
    history = await db.read(lambda tx: ledger.history(tx, post.uri))
    assert history[-1].kind == "grant"
    assert history[-1].revision == after.revision


async def test_an_edit_that_changes_no_word_keeps_the_yes(db: Database, desk: Desk, alice: Actor) -> None:
    allowing = Allowance(sensitive=True)
    draft = Draft(text="one", sensitive=True, training_use=True, allowing=allowing)
    post = await publish(desk, alice, draft)
    await edit(desk, alice, post.id, Edit(text="one"))
    assert await kinds(db, post) == ["grant"]
    assert (await sent(db))[-1][0]["object"]["contentUsage"] == "train-ai=y"


async def test_a_post_that_becomes_sensitive_has_to_be_allowed_as_such(
    db: Database, desk: Desk, alice: Actor
) -> None:
    post = await publish(desk, alice, Draft(text="one", training_use=True))
    await edit(desk, alice, post.id, Edit(text="one", sensitive=True))
    assert await kinds(db, post) == ["grant", "supersede"]
    assert (await sent(db))[-1][0]["object"]["contentUsage"] == "train-ai=n"
    with pytest.raises(NotValid, match="sensitive"):
        await set_training_use(desk, alice, post.id, allow=True, method="page")
    to = Allowance(sensitive=True)
    assert (await set_training_use(desk, alice, post.id, allow=True, method="page", to=to)).train_ai


async def test_another_licence_is_another_revision_and_is_said_to_everybody(
    db: Database, desk: Desk, alice: Actor
) -> None:
    post = await publish(desk, alice, Draft(text="one", licence="CC-BY-4.0", training_use=True))
    assert (await sent(db))[-1][0]["object"]["license"] == "https://creativecommons.org/licenses/by/4.0/"
    await edit(desk, alice, post.id, Edit(text="one"))
    assert await kinds(db, post) == ["grant"]
    await edit(desk, alice, post.id, Edit(text="one", licence="CC0-1.0"))
    assert await kinds(db, post) == ["grant", "supersede"]
    assert "publicdomain/zero" in (await sent(db))[-1][0]["object"]["license"]
    await edit(desk, alice, post.id, Edit(text="one", licence=""))
    assert "license" not in (await sent(db))[-1][0]["object"]


async def test_the_same_characters_read_as_markdown_are_another_text(
    db: Database, desk: Desk, alice: Actor
) -> None:
    post = await publish(desk, alice, Draft(text="> one", training_use=True))
    await edit(desk, alice, post.id, Edit(text="> one", content_type="text/markdown"))
    assert await kinds(db, post) == ["grant", "supersede"]
    assert (await sent(db))[-1][0]["object"]["contentUsage"] == "train-ai=n"


@pytest.mark.parametrize("visibility", ["unlisted", "private", "direct"])
async def test_a_yes_needs_a_public_post(db: Database, desk: Desk, alice: Actor, visibility: str) -> None:
    closed = await publish(desk, alice, Draft(text="x", visibility=visibility))  # type: ignore[arg-type]  # from a list
    with pytest.raises(NotValid):
        await edit(desk, alice, closed.id, Edit(text="y", training_use=True))
    with pytest.raises(NotValid):
        await set_training_use(desk, alice, closed.id, allow=True, method="page")
    unchanged = await db.read(lambda tx: posts.by_id(tx, closed.id))
    assert unchanged == closed
    public = await publish(desk, alice, Draft(text="x"))
    assert (await set_training_use(desk, alice, public.id, allow=True, method="page")).train_ai


async def test_a_flag_alone_goes_out_without_touching_the_text(
    db: Database, desk: Desk, alice: Actor, clock: TurnedClock
) -> None:
    post = await publish(desk, alice, Draft(text="x"))
    clock.turn(minutes=1)
    for allow, usage in ((True, "train-ai=y"), (False, "train-ai=n")):
        await set_training_use(desk, alice, post.id, allow=allow, method="page")
        document = (await sent(db))[-1][0]
        assert document["object"]["contentUsage"] == usage
        assert read_object(document["object"]).updated == clock.now
    assert await db.read(lambda tx: posts.by_id(tx, post.id)) == post
    assert await kinds(db, post) == ["grant", "withdraw"]
    await set_training_use(desk, alice, post.id, allow=False, method="page")
    assert len(await sent(db)) == 3


async def test_only_the_author_changes_a_post(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    post = await publish(desk, alice, Draft(text="mine"))
    hidden = await publish(desk, alice, Draft(text="mine", visibility="private"))
    for change in (
        lambda id_: edit(desk, bob, id_, Edit(text="yours")),
        lambda id_: set_training_use(desk, bob, id_, allow=True, method="page"),
    ):
        with pytest.raises(NotAllowed):
            await change(post.id)
        with pytest.raises(NotFound):
            await change(hidden.id)
    assert len(await sent(db)) == 2
    await edit(desk, alice, post.id, Edit(text="still mine"))


async def test_the_label_of_a_model_is_never_taken_off(db: Database, desk: Desk, alice: Actor) -> None:
    from tests.unit.federation.outbox.test_labels import labelled  # noqa: PLC0415 only here

    post = await labelled(db, desk, alice)
    after = await edit(desk, alice, post.id, Edit(text="all by hand now", language="fr"))
    assert after.ai_tools == post.ai_tools
    assert "Rédigé avec une IA" in after.content_html
    assert "AI-assisted" not in after.content_html


async def test_people_named_later_are_told_and_those_before_not_again(
    db: Database, desk: Desk, alice: Actor
) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    eve = await db.write(lambda tx: member(tx, "eve"))
    post = await publish(desk, alice, Draft(text="@bob"))
    await edit(desk, alice, post.id, Edit(text="@bob @eve"))
    for person in (bob, eve):
        told = await db.read(partial(notifications.page, actor_id=person.id, which=Page()))
        assert [each.type for each in told] == ["mention"]


async def test_an_edited_answer_still_goes_to_whom_it_answers(db: Database, desk: Desk, alice: Actor) -> None:
    parent = await db.write(lambda tx: note(tx, stranger(tx, "bob")).id)
    post = await publish(desk, alice, Draft(text="yes", in_reply_to_id=parent))
    await edit(desk, alice, post.id, Edit(text="no"))
    assert [inboxes for _, inboxes in await sent(db)] == [{"https://there.example/inbox"}] * 2


async def test_an_edit_takes_nobody_away_who_was_addressed_without_a_handle(
    db: Database, desk: Desk, alice: Actor
) -> None:
    bob = await db.write(partial(member, name="bob"))
    carol = await db.write(partial(member, name="carol"))
    draft = Draft(text="Hello @carol", visibility="direct", named=(bob,))
    post = await publish(desk, alice, draft)
    after = await edit(desk, alice, post.id, Edit(text="Hello"))
    mentioned = await db.read(lambda tx: posts.mentions_of(tx, [post.id])[post.id])
    # Carol stood in the text, and Bob did not.
    assert (after.addressed, [each.actor_uri for each in mentioned]) == ((bob.uri,), [bob.uri])
    assert carol.uri in post.addressed


async def test_html_is_sanitised_counted_as_read_and_kept_as_it_is(
    db: Database, desk: Desk, alice: Actor
) -> None:
    text = '<p>Some <b>bold</b> #word<script>alert("no")</script></p>'
    post = await publish(desk, alice, Draft(text=text, content_type="text/html"))
    assert (post.source, post.source_media_type) == (None, None)
    assert "script" not in post.content_html
    tags = await db.read(lambda tx: posts.hashtags_of(tx, [post.id])[post.id])
    assert [each.name for each in tags] == ["word"]
    before = len(await sent(db))
    same = await edit(desk, alice, post.id, Edit(text=text, content_type="text/html"))
    assert (same.content_html, len(await sent(db))) == (post.content_html, before)
    with pytest.raises(NotValid):
        await publish(desk, alice, Draft(text="<p> </p>", content_type="text/html"))
