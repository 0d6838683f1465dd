"""Actor documents, as strict peers want them (the hard gate)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from fediverse_node.activitystreams.load import load_json
from fediverse_node.activitystreams.read import read_actor
from tests.fixtures.nodes import LiveNode

AS2 = {"Accept": "application/activity+json"}
PROFILED = {"Accept": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def fetch(node: LiveNode, address: str, headers: dict[str, str] = AS2) -> Any:
    async with node.http.get(address, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "application/activity+json"
        return await answer.json(content_type=None)


@pytest.mark.parametrize("path", ["/users/alice", "/actor"])
async def test_an_actor_passes_the_hard_gate(alpha: LiveNode, path: str) -> None:
    await alpha.add_person("alice", name="Alice")
    found = await fetch(alpha, path)
    assert found["id"] == f"{alpha.base_url}{path}"
    assert found["@context"][0] == "https://www.w3.org/ns/activitystreams"
    assert found["type"] == ("Person" if path.startswith("/users") else "Application")
    for name in ("inbox", "outbox", "followers", "following", "url"):
        assert urlsplit(found[name]).netloc == alpha.domain
    assert urlsplit(found["endpoints"]["sharedInbox"]).netloc == alpha.domain
    key = found["publicKey"]
    assert (key["id"], key["owner"]) == (f"{found['id']}#main-key", found["id"])
    assert key["publicKeyPem"].startswith("-----BEGIN PUBLIC KEY-----")
    assert found["assertionMethod"][0]["publicKeyMultibase"].startswith("z6Mk")
    assert isinstance(found["name"], str)
    assert isinstance(found["summary"], str)
    assert isinstance(found["manuallyApprovesFollowers"], bool)
    assert not {"attachment", "tag", "alsoKnownAs"} & {
        name for name, value in found.items() if not isinstance(value, list)
    } - {"id"}
    assert found["webfinger"] == f"{found['preferredUsername']}@{alpha.domain}"


async def test_our_own_reader_understands_it(alpha: LiveNode) -> None:
    alice = await alpha.add_person("alice")
    async with alpha.http.get("/users/alice", headers=PROFILED) as answer:
        read = read_actor(load_json(await answer.read(), limit=1 << 20))
    assert read.id == alice.actor.uri


async def test_everything_an_actor_names_answers_under_the_name_it_was_given(alpha: LiveNode) -> None:
    await alpha.add_person("alice")
    for path in ("/users/alice", "/actor"):
        actor = await fetch(alpha, path)
        for name in ("outbox", "followers", "following", "featured", "featuredTags"):
            if name in actor:
                assert (await fetch(alpha, actor[name]))["id"] == actor[name]


async def test_one_address_gives_servers_the_document_and_people_the_page(alpha: LiveNode) -> None:
    await alpha.add_person("alice")
    for path in ("/@alice", "/users/alice"):
        assert (await fetch(alpha, path))["id"] == f"{alpha.base_url}/users/alice"
    async with alpha.http.get("/users/alice", headers=BROWSER, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, f"{alpha.base_url}/@alice")
        assert "Accept" in answer.headers["Vary"]
    async with alpha.http.get("/@alice", headers=BROWSER) as answer:
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert answer.headers["Link"] == (
            f'<{alpha.base_url}/users/alice>; rel="alternate"; type="application/activity+json"'
        )
    for path in ("/", "/about"):
        assert (await fetch(alpha, path))["id"] == f"{alpha.base_url}/actor"


async def test_a_name_in_another_case_leads_to_the_one_id(alpha: LiveNode) -> None:
    await alpha.add_person("alice")
    for path in ("/users/ALICE", "/users/Alice/outbox?page=first"):
        async with alpha.http.get(path, headers=AS2, allow_redirects=False) as answer:
            assert answer.status == 301
            assert answer.headers["Vary"] == "Accept"
            assert answer.headers["Location"] == alpha.base_url + path.replace("ALICE", "alice").replace(
                "Alice", "alice"
            )


async def test_answers_can_be_kept_by_caches_without_mixing(alpha: LiveNode) -> None:
    await alpha.add_person("alice")
    async with alpha.http.get("/@alice", headers=AS2) as answer:
        document = answer.headers["ETag"]
        assert answer.headers["Vary"].startswith("Accept, Signature, Authorization, Cookie")
        assert answer.headers["Cache-Control"] == "public, max-age=180"
        assert answer.headers["Last-Modified"].endswith("GMT")
    async with alpha.http.get("/@alice", headers=BROWSER) as answer:
        assert answer.headers["ETag"] != document
        assert answer.headers["Vary"].startswith("Accept, Signature, Authorization, Cookie")
    async with alpha.http.get("/@alice", headers={**AS2, "If-None-Match": document}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with alpha.http.get("/@alice", headers={**BROWSER, "If-None-Match": document}) as answer:
        assert answer.status == 200


async def test_a_changed_profile_is_seen_by_the_next_reader(alpha: LiveNode) -> None:
    alice = await alpha.add_person("alice", name="Alice")
    assert (await fetch(alpha, "/users/alice"))["name"] == "Alice"
    await alpha.change(alice.actor, name="Alice of the roof")
    assert (await fetch(alpha, "/users/alice"))["name"] == "Alice of the roof"


async def test_head_says_what_get_says_without_the_body(alpha: LiveNode) -> None:
    await alpha.add_person("alice")
    async with alpha.http.get("/users/alice", headers=AS2) as answer:
        full = answer.headers
    async with alpha.http.head("/users/alice", headers=AS2) as answer:
        assert (answer.status, await answer.read()) == (200, b"")
        assert answer.headers["ETag"] == full["ETag"]
        assert answer.headers["Content-Type"] == full["Content-Type"]


@pytest.mark.parametrize(
    "path",
    [
        "/users/nobody",
        "/users/nobody/outbox",
        "/@nobody",
        "/users/al%69ce%2Foutbox",
        "/users/..%2Factor",
        "/users/alice/",
        "/users/a%5Cb",
        f"/users/{'a' * 31}",
    ],
)
async def test_what_is_nobodys_address_is_not_found(alpha: LiveNode, path: str) -> None:
    await alpha.add_person("alice")
    async with alpha.http.get(raw(alpha, path), headers=AS2, allow_redirects=False) as answer:
        assert answer.status == 404
        assert answer.content_type == "application/problem+json"


def raw(node: LiveNode, path: str) -> Any:
    from yarl import URL  # noqa: PLC0415 a path that must be sent as it is

    return URL(f"{node.base_url}{path}", encoded=True)


@pytest.mark.parametrize(("change", "status"), [("suspended_at", 404), ("deleted_at", 410)])
async def test_who_is_gone_is_gone_everywhere(alpha: LiveNode, change: str, status: int) -> None:
    alice = await alpha.add_person("alice")
    paths = (
        "/users/alice",
        "/@alice",
        "/users/alice/outbox",
        "/users/alice/followers",
        "/users/alice/featured",
        "/users/alice/tags",
    )
    for path in paths:
        await fetch(alpha, path)
    await alpha.change(alice.actor, **{change: alice.actor.created_at})
    for path in paths:
        async with alpha.http.get(path, headers=AS2) as answer:
            assert answer.status == status, path


@pytest.mark.parametrize("path", ["/inbox", "/actor/inbox"])
async def test_inboxes_of_the_server_cannot_be_read(alpha: LiveNode, path: str) -> None:
    async with alpha.http.get(path, headers=AS2) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")
