"""Is it really from there? What a server shows is believed for its own ids only (OBJ-01 to OBJ-08, OBJ-11,
OBJ-13, OBJ-17). Each refusal has its twin.

A boost by somebody whom alice follows makes the node fetch what was boosted; a signed Create carries a copy.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.federation.conftest import Street, changed
from tests.fakes.remote_server import PUBLIC, Answer, JsonDict, RemoteServer

LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


async def boosted(street: Street, uri: str) -> None:
    """Bob, whom alice follows, boosts what is at *uri*."""
    if await street.actor(street.bob) is None or await street.follow_of(street.bob) is None:
        await street.befriend(street.bob)
    assert await street.bob.send(street.inbox, street.bob.announce(uri)) in {202, 400}
    await street.work()


async def nothing_stored(street: Street, uri: str, *more: str) -> None:
    await boosted(street, uri)
    for each in (uri, *more):
        assert await street.post(each) is None
    assert await street.home() == []


async def stored(street: Street, uri: str) -> None:
    await boosted(street, uri)
    assert await street.post(uri) is not None


def note_of_carol(street: Street) -> JsonDict:
    return street.carol.note("<p>Fetched</p>")


async def test_the_id_of_another_server_is_not_believed(street: Street) -> None:  # OBJ-01
    async with RemoteServer("elsewhere") as elsewhere:
        eve = elsewhere.add_actor("eve")
        claimed = eve.note("<p>Forged</p>")
        street.there.answers["/forged"] = Answer(document={**claimed, "content": "<p>Not hers</p>"})
        await nothing_stored(street, f"{street.there.origin}/forged", claimed["id"])
        assert elsewhere.fetches() == []
        await stored(street, claimed["id"])


async def test_another_id_of_the_same_server_is_looked_up_once(street: Street) -> None:  # OBJ-02
    note = note_of_carol(street)
    street.there.answers["/alias"] = Answer(document={**note, "content": "<p>Of the alias</p>"})
    await boosted(street, f"{street.there.origin}/alias")
    post = await street.post(note["id"])
    assert post is not None
    assert "Fetched" in post.content_html

    street.there.answers["/a"] = Answer(document={**note, "id": f"{street.there.origin}/b"})
    street.there.answers["/b"] = Answer(document={**note, "id": f"{street.there.origin}/c"})
    await boosted(street, f"{street.there.origin}/a")
    assert street.there.asked_for("/c") == []
    assert await street.post(f"{street.there.origin}/c") is None


async def test_a_redirect_lends_nobody_an_origin(street: Street) -> None:  # OBJ-03
    async with RemoteServer("elsewhere") as elsewhere:
        eve = elsewhere.add_actor("eve")
        note = note_of_carol(street)
        path = note["id"].removeprefix(street.there.origin)
        del street.there.documents[path]
        elsewhere.answers["/copy"] = Answer(document=note)
        street.there.answers[path] = Answer(status=302, headers={"Location": f"{elsewhere.origin}/copy"})
        await nothing_stored(street, note["id"], f"{elsewhere.origin}/copy")
        twin = eve.note()
        there = twin["id"].removeprefix(elsewhere.origin)
        elsewhere.answers[there] = Answer(status=302, headers={"Location": "/moved"})
        elsewhere.answers["/moved"] = Answer(document={**twin, "id": f"{elsewhere.origin}/moved"})
        await boosted(street, twin["id"])
        assert await street.post(f"{elsewhere.origin}/moved") is not None


@pytest.mark.parametrize(
    "make",
    [
        lambda _: None,
        lambda _: 7,
        lambda id_: [id_],
        lambda id_: {"id": id_},
        lambda _: "/notes/1",
        lambda id_: id_.replace("://", "://user:pass@"),
        lambda id_: f"{id_}#fragment",
        lambda id_: id_.replace("127.0.0.1:", "127.0.0.1.:"),
        lambda id_: id_.replace("http://", "HTTP://"),
        lambda id_: id_.replace("http://", "https://"),
        lambda id_: id_.replace("127.0.0.1", "127.1"),
        lambda _: "",
    ],
)
async def test_an_id_that_is_none_is_not_believed(street: Street, make: Any) -> None:  # OBJ-04
    note = note_of_carol(street)
    wrong = {**note, "id": make(note["id"])}
    path = note["id"].removeprefix(street.there.origin)
    street.there.answers[path] = Answer(document=wrong)
    await nothing_stored(street, note["id"])
    twin = note_of_carol(street)
    await stored(street, twin["id"])


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/json",
        "image/png",
        "application/ld+json",
        'application/ld+json; profile="https://example.org/other"',
        "text/html",
        None,
    ],
)
async def test_other_media_types_are_not_believed(street: Street, kind: str | None) -> None:  # OBJ-05
    note = note_of_carol(street)
    path = note["id"].removeprefix(street.there.origin)
    street.there.answers[path] = Answer(document=note, content_type=kind)
    await nothing_stored(street, note["id"])
    twin = note_of_carol(street)
    right = LD if kind and "ld+json" in kind else "application/activity+json; charset=utf-8"
    street.there.answers[twin["id"].removeprefix(street.there.origin)] = Answer(
        document=twin, content_type=right
    )
    await stored(street, twin["id"])


async def test_we_vouch_for_nothing_that_somebody_put_here(street: Street) -> None:  # OBJ-06
    origin = street.node.addresses.origin
    actor = f"{origin}/media/evil.json"
    before = await street.rows()
    document = changed(street.bob.activity("Create", street.bob.note()), actor=actor)
    assert await street.bob.send(street.inbox, document, key_id=f"{actor}#main-key") == 403
    assert await street.rows() == before
    await nothing_stored(street, f"{origin}/media/evil.json")


async def test_a_page_that_points_elsewhere_has_no_authority(street: Street) -> None:  # OBJ-07
    async with RemoteServer("elsewhere") as elsewhere:
        eve = elsewhere.add_actor("eve")
        note = eve.note()
        page = f'<link rel="alternate" type="application/activity+json" href="{note["id"]}">'
        street.there.answers["/page"] = Answer(body=page.encode(), content_type="text/html")
        await nothing_stored(street, f"{street.there.origin}/page", note["id"])
        assert elsewhere.fetches() == []
        await stored(street, note["id"])


async def test_a_handle_needs_the_word_of_both_hosts(street: Street) -> None:  # OBJ-08
    async with RemoteServer("elsewhere") as elsewhere:
        elsewhere.add_actor("bob")
        jrd = {**elsewhere.jrd(street.bob), "subject": f"acct:bob@{elsewhere.domain}"}
        elsewhere.answers["/.well-known/webfinger"] = Answer(
            document=jrd, content_type="application/jrd+json"
        )
        found = await search(street, f"@bob@{elsewhere.domain}")
        assert found == []
        street.bob.extra["webfinger"] = f"bob@{elsewhere.domain}"
        back = Answer(document=jrd, content_type="application/jrd+json")
        street.there.answers["/.well-known/webfinger"] = back
        assert await search(street, street.bob.uri) == [f"bob@{elsewhere.domain}"]


async def search(street: Street, text: str) -> list[str]:
    params = {"q": text, "resolve": "true", "type": "accounts"}
    async with street.node.http.get("/api/v2/search", params=params, headers=street.alice.bearer) as answer:
        return [each["acct"] for each in (await answer.json()).get("accounts", [])]


@pytest.mark.parametrize(
    "spell",
    [
        lambda uri: uri.replace("http://", "HTTP://"),
        lambda uri: uri.replace("127.0.0.1:", "127.0.0.1.:"),
        lambda uri: uri.replace("127.0.0.1", "\N{FULLWIDTH DIGIT ONE}27.0.0.1"),
        lambda uri: uri.replace("127.0.0.1", "0x7f.0.0.1"),
        lambda uri: f"{uri}?",
        lambda uri: uri.replace("/users/bob", "/users/b\N{CYRILLIC SMALL LETTER O}b"),
        lambda uri: uri.replace("/users/bob", "/users/%62ob"),
    ],
)
async def test_an_id_has_one_spelling(street: Street, spell: Any) -> None:  # OBJ-11
    await street.meet(street.bob)
    people = (await street.rows())["actors"]
    document = changed(street.bob.like((await street.write_post()).uri), actor=spell(street.bob.uri))
    assert await street.bob.send(street.inbox, document) in {400, 403}
    assert (await street.rows())["actors"] == people
    assert (await street.rows())["favourites"] == 0
    assert await street.bob.send(street.inbox, changed(document, actor=street.bob.uri)) == 202
    assert (await street.rows())["favourites"] == 1


@pytest.mark.parametrize(
    ("authors", "believed"),
    [
        (lambda street: street.carol.uri, False),
        (lambda street: [street.carol.uri, street.there.origin], False),
        (lambda street: [street.carol.uri, street.bob.uri], True),  # as PeerTube has it; of whoever signed
        (lambda _: [], False),
        (lambda street: {"id": street.carol.uri, "type": "Person"}, False),
        (lambda street: street.bob.uri, True),
        (lambda street: [street.bob.uri], True),
        (lambda street: {"id": street.bob.uri, "type": "Person", "inbox": "http://127.0.0.1:1/"}, True),
    ],
)
async def test_what_is_said_is_said_by_its_author(
    street: Street, authors: Any, *, believed: bool
) -> None:  # OBJ-12, OBJ-13
    await street.befriend(street.bob)
    note = street.bob.note("<p>Whose?</p>", attributedTo=authors(street))
    status = await street.bob.send(street.inbox, street.bob.create(note))
    await street.work()
    post = await street.post(note["id"])
    assert (post is not None) is believed
    assert status in ({202} if believed else {202, 400, 403})
    if post is not None:
        bob = await street.actor(street.bob)
        assert bob is not None
        assert (post.actor_id, bob.inbox) == (bob.id, f"{street.bob.uri}/inbox")
    else:
        assert await street.home() == []


async def test_nobody_creates_what_is_ours(street: Street) -> None:  # OBJ-17
    await street.befriend(street.bob)
    ours = await street.write_post()
    before = await street.rows()
    for uri in (ours.uri, f"{street.node.addresses.origin}/users/alice/statuses/1"):
        for author in (street.bob.uri, street.alice.actor.uri):
            note = {"id": uri, "type": "Note", "attributedTo": author, "content": "Forged", "to": [PUBLIC]}
            for type_ in ("Create", "Update", "Delete"):
                assert await street.bob.send(street.inbox, street.bob.activity(type_, note)) == 403
    assert await street.rows() == before
    kept = await street.post(ours.uri)
    assert kept is not None
    assert kept.content_html == ours.content_html
