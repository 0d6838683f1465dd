"""Believing what was fetched (OBJ-01 to OBJ-06), and not asking too often."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fediverse_node.actors.addresses import Addresses
from fediverse_node.federation.discovery.fetch import Budget, Fetcher, TooManyFetches
from fediverse_node.kernel.errors import Gone, NodeError, NotAllowed, NotFound, NotNow, NotValid
from fediverse_node.peers import signing
from tests.fakes.remote_server import Answer, JsonDict
from tests.unit.federation.discovery.conftest import OURS, World


def note(world: World, path: str = "/notes/1", **parts: Any) -> JsonDict:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": world.there.origin + path,
        "type": "Note",
        **parts,
    }


async def test_a_document_whose_id_is_its_address_is_believed(world: World) -> None:
    served = world.there.publish(note(world))
    assert await world.discovery.fetcher.document(f"{served['id']}#fragment", world.budget) == served


async def test_a_document_of_another_origin_is_refused(world: World) -> None:  # OBJ-01
    world.there.documents["/notes/1"] = {**note(world), "id": f"{world.elsewhere.origin}/notes/1"}
    with pytest.raises(NotValid):
        await world.discovery.fetcher.document(f"{world.there.origin}/notes/1", world.budget)
    assert world.elsewhere.asked == []


async def test_another_id_on_the_same_origin_is_fetched_once(world: World) -> None:  # OBJ-02
    served = world.there.publish(note(world))
    world.there.documents["/@bob/1"] = served
    assert await world.discovery.fetcher.document(f"{world.there.origin}/@bob/1", world.budget) == served
    assert world.there.fetches() == ["/@bob/1", "/notes/1"]
    world.there.documents["/@bob/2"] = note(world, "/notes/2")
    world.there.documents["/notes/2"] = note(world, "/notes/3")
    world.there.documents["/notes/3"] = note(world, "/notes/3")
    with pytest.raises(NotValid):
        await world.discovery.fetcher.document(f"{world.there.origin}/@bob/2", world.budget)
    assert world.there.asked_for("/notes/3") == []


async def test_a_redirect_does_not_lend_its_origin(world: World) -> None:  # OBJ-03
    world.there.answers["/notes/1"] = Answer(
        status=302, headers={"Location": f"{world.elsewhere.origin}/evil"}
    )
    world.elsewhere.documents["/evil"] = note(world)
    with pytest.raises(NotValid):
        await world.discovery.fetcher.document(f"{world.there.origin}/notes/1", world.budget)


@pytest.mark.parametrize(
    "id_", [None, ["{}"], "/notes/1", "{}#x", "http://u:p@{host}/notes/1", "{}/", "HTTP://{host}/notes/1", 5]
)
async def test_ids_that_are_none(world: World, id_: Any) -> None:  # OBJ-04
    url = f"{world.there.origin}/notes/1"
    if isinstance(id_, str):
        id_ = id_.replace("{}", url).replace("{host}", world.there.domain)
    world.there.documents["/notes/1"] = {**note(world), "id": id_}
    with pytest.raises(NodeError):
        await world.discovery.fetcher.document(url, world.budget)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", "image/png", "application/ld+json", "text/html", None]
)
async def test_other_media_types_are_not_believed(world: World, kind: str | None) -> None:  # OBJ-05
    served = note(world)
    world.there.answers["/notes/1"] = Answer(document=served, content_type=kind)
    with pytest.raises(NotValid):
        await world.discovery.fetcher.document(served["id"], world.budget)


@pytest.mark.parametrize(
    "kind",
    [
        "application/activity+json; charset=utf-8",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    ],
)
async def test_the_two_media_types_of_activitypub_are_believed(world: World, kind: str) -> None:  # OBJ-05
    served = note(world)
    world.there.answers["/notes/1"] = Answer(document=served, content_type=kind)
    assert await world.discovery.fetcher.document(served["id"], world.budget) == served


async def test_we_do_not_fetch_from_ourselves(world: World) -> None:  # OBJ-06
    with pytest.raises(NotValid):
        await world.discovery.fetcher.document(OURS.actor("alice"), world.budget)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, NotFound),
        (410, Gone),
        (401, NotAllowed),
        (403, NotAllowed),
        (400, NotValid),
        (500, NotNow),
        (429, NotNow),
    ],
)
async def test_what_an_answer_means_and_that_it_is_remembered(
    world: World, status: int, error: type[NodeError]
) -> None:
    world.there.answers["/notes/1"] = Answer(status=status)
    url = f"{world.there.origin}/notes/1"
    for _ in range(2):
        with pytest.raises(error):
            await world.discovery.fetcher.document(url, world.budget)
    knocks = 2 if status in {400, 401} else 1  # the second one in the newer way of signing
    assert len(world.there.asked) == knocks


async def test_a_failure_that_may_pass_is_forgotten_sooner(world: World) -> None:
    served = note(world)
    for status, minutes in ((503, 1), (404, 10)):
        world.there.answers["/notes/1"] = Answer(status=status)
        with pytest.raises(NodeError):
            await world.discovery.fetcher.document(served["id"], world.budget)
        world.there.answers["/notes/1"] = Answer(document=served)
        with pytest.raises(NodeError):
            await world.discovery.fetcher.document(served["id"], world.budget)
        world.later(minutes=minutes, seconds=1)
        assert await world.discovery.fetcher.document(served["id"], world.budget) == served


async def test_a_server_that_wants_the_newer_signatures_gets_them(world: World) -> None:
    served = note(world)
    refusing = Answer(status=401)
    world.there.answers["/notes/1"] = refusing
    with pytest.raises(NotAllowed):
        await world.discovery.fetcher.document(served["id"], world.budget)
    first, second = world.there.asked
    assert "Signature-Input" not in first.headers
    assert "Signature-Input" in second.headers


async def test_what_a_server_accepted_is_tried_first_next_time_also_after_a_restart(world: World) -> None:
    world.there.refuses = lambda asked: "Signature-Input" not in asked.headers
    first, second, third = (world.there.publish(note(world, f"/notes/{n}")) for n in (1, 2, 3))
    assert await world.discovery.fetcher.document(first["id"], world.budget) == first
    assert await world.discovery.fetcher.document(second["id"], world.budget) == second
    assert ["Signature-Input" in asked.headers for asked in world.there.asked] == [False, True, True]
    later = Fetcher(
        db=world.discovery.db,
        outbound=world.discovery.fetcher._outbound,
        clock=world.discovery.clock,
        addresses=world.discovery.addresses,
    )
    world.there.refuses = lambda asked: "Signature-Input" in asked.headers
    assert await later.document(third["id"], world.budget) == third
    assert ["Signature-Input" in asked.headers for asked in world.there.asked[3:]] == [True, False]
    assert await world.discovery.db.read(signing.unusual) == {}


async def test_a_server_without_keys_says_how_to_get_them(world: World) -> None:
    world.discovery.fetcher._addresses = Addresses("https://another.example")
    with pytest.raises(NotNow, match="init"):
        await world.discovery.fetcher.document(f"{world.there.origin}/notes/1", world.budget)
    assert world.there.asked == []


async def test_the_budget_ends_and_its_end_is_not_remembered(world: World) -> None:
    served = world.there.publish(note(world))
    with pytest.raises(TooManyFetches):
        await world.discovery.fetcher.document(served["id"], Budget(left=0))
    assert await world.discovery.fetcher.document(served["id"], world.budget) == served


async def test_those_who_want_the_same_ask_once(world: World) -> None:
    served = world.there.publish(note(world))
    documents = await asyncio.gather(
        *(world.discovery.fetcher.document(served["id"], world.budget) for _ in range(6))
    )
    assert documents == [served] * 6
    assert len(world.there.asked) == 1
