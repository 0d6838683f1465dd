from __future__ import annotations

from datetime import timedelta

import pytest

from fediverse_node.activitystreams.read import read_actor
from fediverse_node.actors import errands, pages
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor, Details
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.profile import ProfileChanges, change_profile
from fediverse_node.kernel.errors import NodeError, NotFound, NotValid, TooLarge
from fediverse_node.posts import custom_emojis
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import sent
from tests.fixtures.rooms import follow, stranger


async def test_a_new_profile_goes_to_every_follower(db: Database, desk: Desk, alice: Actor) -> None:
    await db.write(lambda tx: follow(tx, stranger(tx, "bob"), alice))
    changes = ProfileChanges(
        name="Alice \u202eExample\n",
        summary="I like #birds <script>",
        fields=(("Web", "https://alice.example/?a=1&b=2"), (" ", "dropped")),
        manually_approves=True,
        indexable=True,
        bot=True,
    )
    after = await change_profile(desk, alice, changes)
    assert (await db.read(lambda tx: actors.by_id(tx, alice.id))) == after
    [(document, inboxes)] = await sent(db)
    assert inboxes == {"https://there.example/inbox"}
    assert document["type"] == "Update"
    assert "proof" in document
    read = read_actor(document["object"])
    assert (read.id, read.type, read.name) == (alice.uri, "Service", "Alice Example")
    assert read.summary is not None
    assert "&lt;script&gt;" in read.summary
    assert '/tags/birds"' in read.summary
    assert read.fields[0][0] == "Web"
    assert len(read.fields) == 1
    assert 'href="https://alice.example/?a=1&amp;b=2"' in read.fields[0][1]
    assert not read.fields[0][1].startswith("<p>")
    assert (read.manually_approves, read.indexable) == (True, True)
    assert document["object"]["tag"][0]["name"] == "#birds"


async def test_emoji_of_this_server_go_along_with_the_texts_that_use_them(
    db: Database, desk: Desk, alice: Actor
) -> None:
    def keep(tx: Tx) -> None:
        follow(tx, stranger(tx, "bob"), alice)
        for code in ("blob", "cat", "dog"):
            custom_emojis.save(tx, code, b"\x89PNG\r\n\x1a\n" + code.encode())

    async def names() -> list[str]:
        (document, _), *_ = reversed(await sent(db))
        tags = [tag for tag in document["object"].get("tag", ()) if tag["type"] == "Emoji"]
        assert all(tag["icon"]["mediaType"] == "image/png" for tag in tags)
        return [tag["name"] for tag in tags]

    await db.write(keep)
    fields = (("Cat", "I have one :cat:"),)
    await change_profile(desk, alice, ProfileChanges(name="Alice :blob:", summary=":nobody:", fields=fields))
    assert await names() == [":blob:", ":cat:"]
    await change_profile(desk, alice, ProfileChanges(summary=":dog:"))
    assert await names() == [":blob:", ":cat:", ":dog:"]
    await change_profile(desk, alice, ProfileChanges(summary=""))
    await change_profile(desk, alice, ProfileChanges(manually_approves=True))
    assert await names() == [":blob:", ":cat:"]


async def test_the_same_profile_again_is_no_news(db: Database, desk: Desk, alice: Actor) -> None:
    changes = ProfileChanges(name="Alice", fields=(("a", "b"),))
    await change_profile(desk, alice, changes)
    await change_profile(desk, alice, changes)
    await change_profile(desk, alice, ProfileChanges())
    assert len(await sent(db)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        ProfileChanges(summary="x" * 5001),
        ProfileChanges(fields=(("a", "b"),) * 17),
        ProfileChanges(fields=(("a" * 256, "b"),)),
        ProfileChanges(fields=(("a", "b" * 256),)),
    ],
)
async def test_too_much_is_refused(db: Database, desk: Desk, alice: Actor, changes: ProfileChanges) -> None:
    error: type[NodeError] = TooLarge
    with pytest.raises(error):
        await change_profile(desk, alice, changes)
    assert await sent(db) == []


async def test_only_profiles_of_this_server_can_be_changed(db: Database, desk: Desk) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob"))
    with pytest.raises(NotFound):
        await change_profile(desk, bob, ProfileChanges(name="x"))


async def test_what_few_have_to_say_is_said_and_kept(db: Database, desk: Desk, alice: Actor) -> None:
    changes = ProfileChanges(
        fields=(("Web", "https://alice.example/ and #birds"),),
        attribution_domains=("https://Blog.Example/", "*.news.example", "blog.example"),
        hide_collections=True,
        icon_description="A wren",
        also_known_as=("https://old.example/users/alice",),
    )
    after = await change_profile(desk, alice, changes)
    assert after.details.attribution_domains == ("blog.example", "news.example")
    assert after.details.hide_collections
    assert pages.own_pages(after.fields) == ("https://alice.example/",)
    [(document, _)] = await sent(db)
    read = read_actor(document["object"])
    assert read.attribution_domains == ("blog.example", "news.example")
    assert read.also_known_as == ("https://old.example/users/alice",)
    assert await db.write(lambda tx: errands.claim(tx, limit=5, lease=timedelta(hours=1)))
    again = await change_profile(desk, after, ProfileChanges(attribution_domains=(), hide_collections=False))
    assert again.details.attribution_domains == ()
    assert again.details.icon_description == "A wren"


async def test_a_page_stays_verified_for_as_long_as_the_profile_names_it(
    db: Database, desk: Desk, alice: Actor
) -> None:
    page = "https://alice.example/"
    named = ProfileChanges(fields=(("Web", page),))
    await change_profile(desk, alice, named)
    details = actors.details_value(Details(verified=((page, "2026-11-21T09:30:00Z"),)))
    await db.write(lambda tx: actors.change(tx, alice.id, {"details": details}))
    kept = await change_profile(desk, alice, ProfileChanges(fields=(("Home", page), ("b", "c"))))
    assert dict(kept.details.verified) == {page: "2026-11-21T09:30:00Z"}
    gone = await change_profile(desk, alice, ProfileChanges(fields=(("b", "c"),)))
    assert gone.details.verified == ()


@pytest.mark.parametrize(
    "changes",
    [
        ProfileChanges(attribution_domains=("example.org/path",)),
        ProfileChanges(attribution_domains=("a b",)),
        ProfileChanges(attribution_domains=("",)),
    ],
)
async def test_what_is_no_site_is_refused(desk: Desk, alice: Actor, changes: ProfileChanges) -> None:
    with pytest.raises(NotValid):
        await change_profile(desk, alice, changes)


@pytest.mark.parametrize(
    "changes",
    [
        ProfileChanges(attribution_domains=tuple(f"{n}.example" for n in range(257))),
        ProfileChanges(icon_description="x" * 1501),
        ProfileChanges(also_known_as=tuple(f"https://{n}.example/a" for n in range(257))),
    ],
)
async def test_too_many_of_them_are_refused(desk: Desk, alice: Actor, changes: ProfileChanges) -> None:
    with pytest.raises(TooLarge):
        await change_profile(desk, alice, changes)
