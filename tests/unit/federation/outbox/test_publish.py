from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from fediverse_node.activitystreams.read import read_activity, read_object
from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE, PUBLIC
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.consent import queries as ledger
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.delivery import queue
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NodeError, NotFound, NotValid, TooLarge
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Visibility
from fediverse_node.signatures import keys, proofs
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.suggestions import queries as suggestions
from fediverse_node.suggestions.model import Suggestion
from fediverse_node.timelines import home
from tests.fixtures.outbox import START, TurnedClock, member, sent
from tests.fixtures.rooms import ADDRESSES, follow, note, stranger


def suggested(tx: Tx, account_id: int, *, action: str = "rewrite") -> str:
    suggestion = Suggestion(
        handle="h-1",
        account_id=account_id,
        provider="Practice",
        model="practice-1",
        action=action,
        input_sha256="0" * 64,
        output="text",
        created_at=tx.now,
    )
    suggestions.begin(tx, suggestion)
    suggestions.finish(tx, "h-1", "text")
    return "h-1"


async def account_id(db: Database, actor: Actor) -> int:
    from fediverse_node.accounts import queries as accounts  # noqa: PLC0415 only this one needs it

    account = await db.read(lambda tx: accounts.by_actor(tx, actor.id))
    assert account is not None
    return account.id


async def test_a_public_post_reaches_followers_once_per_shared_inbox(
    db: Database, desk: Desk, alice: Actor
) -> None:
    def setting(tx: Tx) -> None:
        for name in ("bob", "eve"):
            follow(tx, stranger(tx, name), alice)
        follow(tx, stranger(tx, "ann", domain="other.example", shared_inbox=None), alice)

    await db.write(setting)
    post = await publish(desk, alice, Draft(text="Hello #World, https://example.org/x"))
    [(document, inboxes)] = await sent(db)
    assert inboxes == {"https://there.example/inbox", "https://other.example/users/ann/inbox"}
    activity = read_activity(document)
    assert (activity.type, activity.actor, activity.to) == ("Create", alice.uri, (PUBLIC,))
    note_ = read_object(activity.object or {})
    assert note_.id == post.uri == f"{alice.uri}/posts/{post.id}"
    assert note_.attributed_to == (alice.uri,)
    assert [tag.name for tag in note_.hashtags] == ["World"]
    assert note_.source == "Hello #World, https://example.org/x"
    assert note_.language == "en"
    assert document["object"]["contentMap"] == {"en": note_.content}
    assert post.published_at == START


async def test_what_everybody_may_read_is_proved_and_the_rest_is_not(
    db: Database, desk: Desk, alice: Actor
) -> None:
    key = (await desk.keys.key_of(alice.id, "ed25519")).verification_key()
    await publish(desk, alice, Draft(text="for all"))
    await publish(desk, alice, Draft(text="for friends", visibility="private"))
    [(public, _), (private, _)] = await sent(db)
    claimed = proofs.peek(public, now=START)
    assert claimed is not None
    assert proofs.check(claimed, key).key_id == f"{alice.uri}#ed25519-key"
    assert "proof" not in private


async def test_the_post_stands_in_its_authors_home_and_in_that_of_local_followers(
    db: Database, desk: Desk, alice: Actor
) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    await db.write(lambda tx: follow(tx, bob, alice))
    post = await publish(desk, alice, Draft(text="hello"))
    for reader in (alice, bob):
        page = await db.read(partial(home.page, actor_id=reader.id, which=Page()))
        assert [entry.id for entry in page] == [post.id]


async def test_a_local_person_who_is_named_is_told(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    post = await publish(desk, alice, Draft(text="@bob look, and @bob again"))
    told = await db.read(lambda tx: notifications.page(tx, bob.id, Page()))
    assert [(each.type, each.post_id) for each in told] == [("mention", post.id)]
    assert bob.url is not None
    assert f'<a href="{bob.url}" class="u-url mention">' in post.content_html
    [(document, inboxes)] = await sent(db)
    assert inboxes == set()
    assert {"type": "Mention", "href": bob.uri, "name": bob.handle} in document["object"]["tag"]


async def test_a_name_that_nobody_has_stays_text(db: Database, desk: Desk, alice: Actor) -> None:
    post = await publish(desk, alice, Draft(text="@nobody and @ghost@127.0.0.1:1"))
    assert "mention" not in post.content_html
    assert "@nobody" in post.content_html
    [(document, _)] = await sent(db)
    assert document["object"]["tag"] == []


AUDIENCES: list[tuple[Visibility, set[str]]] = [
    ("public", {"https://there.example/inbox", "https://named.example/inbox"}),
    ("unlisted", {"https://there.example/inbox", "https://named.example/inbox"}),
    ("private", {"https://there.example/inbox", "https://named.example/users/nan/inbox"}),
    ("direct", {"https://named.example/users/nan/inbox"}),
]


@pytest.mark.parametrize(("visibility", "expected"), AUDIENCES)
async def test_each_visibility_has_its_inboxes(  # PRI-02, PRI-03, PRI-04
    db: Database, desk: Desk, alice: Actor, visibility: Visibility, expected: set[str]
) -> None:
    def setting(tx: Tx) -> None:
        follow(tx, stranger(tx, "bob"), alice)
        follow(tx, stranger(tx, "pat", domain="pending.example"), alice, accepted=False)
        stranger(tx, "nan", domain="named.example", fetched_at=tx.now)

    await db.write(setting)
    post = await publish(desk, alice, Draft(text="@nan@named.example hi", visibility=visibility))
    [(document, inboxes)] = await sent(db)
    assert inboxes == expected
    assert post.visibility == visibility
    addressed = set(document["to"]) | set(document["cc"])
    assert (PUBLIC in addressed) is (visibility in {"public", "unlisted"})
    assert (alice.followers in addressed) is (visibility != "direct")
    for part in (document, document["object"]):
        assert "bto" not in part
        assert "bcc" not in part
    assert (document["to"], document["cc"]) == (document["object"]["to"], document["object"]["cc"])


async def test_an_answer_goes_to_the_author_of_what_it_answers(
    db: Database, desk: Desk, alice: Actor
) -> None:
    def setting(tx: Tx) -> int:
        return note(tx, stranger(tx, "bob"), context_uri="https://there.example/contexts/1").id

    parent_id = await db.write(setting)
    post = await publish(desk, alice, Draft(text="indeed", in_reply_to_id=parent_id))
    [(document, inboxes)] = await sent(db)
    assert inboxes == {"https://there.example/inbox"}
    assert document["object"]["inReplyTo"] == post.in_reply_to_uri
    assert document["object"]["context"] == "https://there.example/contexts/1"
    assert "https://there.example/users/bob" in document["cc"]


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_a_closed_answer_goes_to_nobody_who_is_not_named(
    db: Database, desk: Desk, alice: Actor, visibility: Visibility
) -> None:
    parent_id = await db.write(lambda tx: note(tx, stranger(tx, "bob")).id)
    await publish(desk, alice, Draft(text="hm", in_reply_to_id=parent_id, visibility=visibility))
    assert (await sent(db))[0][1] == set()


async def test_what_one_may_not_see_one_cannot_answer(db: Database, desk: Desk, alice: Actor) -> None:
    def setting(tx: Tx) -> tuple[int, int]:
        bob = stranger(tx, "bob")
        hidden = note(tx, bob, visibility="private")
        shown = note(tx, bob, visibility="private", mentioned=[alice])
        return hidden.id, shown.id

    hidden, shown = await db.write(setting)
    with pytest.raises(NotFound):
        await publish(desk, alice, Draft(text="no", in_reply_to_id=hidden))
    assert await sent(db) == []
    await publish(desk, alice, Draft(text="yes", in_reply_to_id=shown))


async def test_a_second_draft_with_the_same_key_is_the_same_post(
    db: Database, desk: Desk, alice: Actor
) -> None:
    first = await publish(desk, alice, Draft(text="once", idempotency_key="k"))
    again = await publish(desk, alice, Draft(text="once", idempotency_key="k"))
    other = await publish(desk, alice, Draft(text="once", idempotency_key="other"))
    assert first.id == again.id != other.id
    assert len(await sent(db)) == 2


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        (Draft(text="  \n"), NotValid),
        (Draft(text="x" * 5001), TooLarge),
        (Draft(text="x", summary="y" * 501), TooLarge),
        (Draft(text="x", in_reply_to_id=1), NotFound),
        (Draft(text="x", suggestion_handle="not mine"), NotFound),
        (Draft(text="x", visibility="unlisted", training_use=True), NotValid),
        (Draft(text="x", visibility="private", training_use=True), NotValid),
        (Draft(text="x", visibility="direct", training_use=True), NotValid),
    ],
)
async def test_what_cannot_be_published_leaves_nothing(
    db: Database, desk: Desk, alice: Actor, draft: Draft, error: type[NodeError]
) -> None:
    with pytest.raises(error):
        await publish(desk, alice, draft)
    assert await sent(db) == []
    assert await db.read(posts.count_local) == 0


async def test_silence_about_training_is_no_and_leaves_the_ledger_empty(
    db: Database, desk: Desk, alice: Actor
) -> None:
    post = await publish(desk, alice, Draft(text="mine"))
    [(document, _)] = await sent(db)
    assert document["object"]["contentUsage"] == "train-ai=n"
    assert document["object"]["xRobotsTag"] == "noai, noimageai"
    assert await db.read(lambda tx: ledger.history(tx, post.uri)) == []


@pytest.mark.parametrize(
    ("said", "kind", "usage"), [(True, "grant", "train-ai=y"), (False, "deny", "train-ai=n")]
)
async def test_the_authors_word_about_training_is_written_down_and_said(
    db: Database,
    desk: Desk,
    alice: Actor,
    said: bool,  # noqa: FBT001 a column of the table
    kind: str,
    usage: str,
) -> None:
    post = await publish(desk, alice, Draft(text="mine", training_use=said, method="command-line"))
    [entry] = await db.read(lambda tx: ledger.history(tx, post.uri))
    assert (entry.kind, entry.revision, entry.method) == (kind, post.revision, "command-line")
    [(document, _)] = await sent(db)
    assert document["object"]["contentUsage"] == usage


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("draft", "trainedAlgorithmicMedia"),
        ("rewrite", "compositeWithTrainedAlgorithmicMedia"),
        ("shorten", "compositeWithTrainedAlgorithmicMedia"),
        ("translate", "compositeWithTrainedAlgorithmicMedia"),
    ],
)
async def test_a_post_made_with_a_suggestion_says_so_to_people_and_machines(
    db: Database, desk: Desk, alice: Actor, action: str, kind: str
) -> None:
    account = await account_id(db, alice)
    handle = await db.write(lambda tx: suggested(tx, account, action=action))
    draft = Draft(text="Guten Tag", suggestion_handle=handle, language="de-AT", reviewed=True)
    post = await publish(desk, alice, draft)
    assert "Mit KI-Hilfe geschrieben, vor dem" in post.content_html
    assert post.content_html.endswith("#<span>AIassisted</span></a></p>")
    [(document, _)] = await sent(db)
    claims = read_object(document["object"]).ai
    assert (claims.ai_disclosure, claims.human_reviewed) == ("ai-assisted", True)
    assert claims.digital_source_type == DIGITAL_SOURCE_TYPE + kind
    assert [(tool.name, tool.provider, tool.action) for tool in claims.ai_tools] == [
        ("practice-1", "Practice", action)
    ]
    assert {"type": "Hashtag", "href": ADDRESSES.tag("aiassisted"), "name": "#AIassisted"} in document[
        "object"
    ]["tag"]
    assert post.source == "Guten Tag"


async def test_a_post_by_hand_names_no_model_and_carries_no_label(
    db: Database, desk: Desk, alice: Actor
) -> None:
    post = await publish(desk, alice, Draft(text="by hand"))
    assert "AIassisted" not in post.content_html
    assert not post.ai_used
    [(document, _)] = await sent(db)
    claims = read_object(document["object"]).ai
    assert (claims.ai_disclosure, claims.ai_tools, claims.human_reviewed) == ("human-only", (), None)
    assert document["object"]["tag"] == []


async def test_a_suggestion_is_of_use_to_its_owner_only(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    theirs = await account_id(db, bob)
    handle = await db.write(lambda tx: suggested(tx, theirs))
    with pytest.raises(NotFound):
        await publish(desk, alice, Draft(text="x", suggestion_handle=handle))
    assert (await publish(desk, bob, Draft(text="x", suggestion_handle=handle))).ai_used


FAULTS: list[tuple[Any, str]] = [
    (posts, "add"),
    (posts, "remember_key"),
    (home, "deliver"),
    (notifications, "add"),
    (ledger, "append"),
    (queue, "enqueue"),
    (deliveries, "address"),
    (follows, "follower_inboxes"),
]


@pytest.mark.parametrize(("room", "verb"), FAULTS, ids=lambda value: getattr(value, "__name__", value))
async def test_a_fault_at_any_step_leaves_nothing_behind(
    db: Database, desk: Desk, alice: Actor, monkeypatch: pytest.MonkeyPatch, room: Any, verb: str
) -> None:
    def setting(tx: Tx) -> None:
        member(tx, "bob")
        follow(tx, stranger(tx, "eve"), alice)

    await db.write(setting)
    draft = Draft(text="@bob hello", training_use=True, idempotency_key="k")
    real: Callable[..., Any] = getattr(room, verb)

    def breaks(*args: Any, **options: Any) -> Any:
        real(*args, **options)
        raise RuntimeError("the disk is on fire")

    with monkeypatch.context() as broken:
        broken.setattr(room, verb, breaks)
        with pytest.raises(RuntimeError):
            await publish(desk, alice, draft)
    bob = await db.read(lambda tx: actors.local_by_name(tx, "bob"))
    assert bob is not None
    assert await db.read(posts.count_local) == 0
    assert await sent(db) == []
    assert await db.read(deliveries.counts) == {}
    assert await db.read(lambda tx: home.page(tx, alice.id, Page())) == []
    assert await db.read(lambda tx: notifications.page(tx, bob.id, Page())) == []
    assert await db.read(lambda tx: posts.recall_key(tx, alice.id, "k")) is None
    # The same draft, whole: everything is there.
    post = await publish(desk, alice, draft)
    assert await db.read(deliveries.counts) == {"waiting": 1}
    assert [entry.kind for entry in await db.read(lambda tx: ledger.history(tx, post.uri))] == ["grant"]


async def test_publishing_wakes_the_worker(db: Database, desk: Desk, alice: Actor) -> None:
    await db.write(lambda tx: follow(tx, stranger(tx, "bob"), alice))
    bell = db.bell(queue.BELL)
    await publish(desk, alice, Draft(text="ring"))
    assert bell.is_set()


async def test_the_public_key_in_the_proof_is_the_one_in_the_profile(
    db: Database, desk: Desk, alice: Actor, clock: TurnedClock
) -> None:
    await publish(desk, alice, Draft(text="proved"))
    [(document, _)] = await sent(db)
    [key] = [key for key in await db.read(lambda tx: actors.keys_of(tx, alice.id)) if key.kind == "ed25519"]
    clock.turn(days=300)
    claimed = proofs.peek(document, now=START + timedelta(days=300))
    assert claimed is not None
    proofs.check(claimed, keys.from_multikey(key.public_key, key.key_id))
