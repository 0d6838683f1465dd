"""How other servers find who lives here."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from fediverse_node.actors.model import Picture
from tests.fixtures.nodes import LiveNode

JRD = "application/jrd+json"


async def finger(node: LiveNode, resource: str, extra: str = "") -> tuple[int, Any]:
    path = f"/.well-known/webfinger?resource={quote(resource, safe='')}{extra}"
    async with node.http.get(path) as answer:
        if answer.status == 200:
            assert answer.content_type == JRD
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return answer.status, await answer.json(content_type=None)


async def test_every_way_to_name_a_person_leads_to_the_same_answer(alpha: LiveNode) -> None:
    await alpha.add_person(
        "alice", icon=vars_of(Picture(url="https://cdn.example/a.png", media_type="image/png"))
    )
    host, origin = alpha.domain, alpha.base_url
    expected = {
        "subject": f"acct:alice@{host}",
        "aliases": [f"{origin}/users/alice", f"{origin}/@alice"],
        "links": [
            {"rel": "self", "type": "application/activity+json", "href": f"{origin}/users/alice"},
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": f"{origin}/@alice"},
            {
                "rel": "http://webfinger.net/rel/avatar",
                "type": "image/png",
                "href": "https://cdn.example/a.png",
            },
            {
                "rel": "http://ostatus.org/schema/1.0/subscribe",
                "template": f"{origin}/authorize_interaction?uri={{uri}}",
            },
            *(
                {
                    "rel": f"https://w3id.org/fep/3b86/{name}",
                    "template": f"{origin}/authorize_interaction?uri={{object}}",
                }
                for name in ("Object", "Follow", "Like", "Announce")
            ),
            {
                "rel": "https://w3id.org/fep/3b86/Create",
                "template": f"{origin}/compose"
                "?content={content}&name={name}&summary={summary}&inReplyTo={inReplyTo}",
            },
        ],
    }
    for resource in (
        f"acct:alice@{host}",
        f"acct:ALICE@{host}",
        f"ACCT:Alice@{host}",
        f"acct:@alice@{host}",
        f"alice@{host}",
        f"{origin}/users/alice",
        f"{origin}/@alice",
    ):
        assert await finger(alpha, resource) == (200, expected), resource


def vars_of(picture: Picture) -> dict[str, str | None]:
    return {"url": picture.url, "media_type": picture.media_type}


async def test_an_unencoded_at_sign_is_understood(alpha: LiveNode) -> None:
    await alpha.add_person("alice")
    async with alpha.http.get(f"/.well-known/webfinger?resource=acct:alice@{alpha.domain}") as answer:
        assert answer.status == 200


async def test_only_the_links_that_are_asked_for_are_given(alpha: LiveNode) -> None:
    await alpha.add_person("alice")
    status, found = await finger(alpha, f"acct:alice@{alpha.domain}", "&rel=self")
    assert (status, [link["rel"] for link in found["links"]]) == (200, ["self"])


async def test_the_server_itself_is_found_by_its_domain_and_by_its_origin(alpha: LiveNode) -> None:
    status, found = await finger(alpha, f"acct:{alpha.domain}@{alpha.domain}")
    assert status == 200
    assert found["links"][0]["href"] == f"{alpha.base_url}/actor"
    assert (await finger(alpha, f"{alpha.base_url}/actor")) == (200, found)

    for origin in (alpha.base_url, f"{alpha.base_url}/"):
        status, found = await finger(alpha, origin)
        assert (status, found["subject"]) == (200, alpha.base_url)
        assert found["links"] == [
            {
                "rel": "https://www.w3.org/ns/activitystreams#Service",
                "type": "application/activity+json",
                "href": f"{alpha.base_url}/actor",
            }
        ]


@pytest.mark.parametrize(
    "resource",
    ["acct:bob@{host}", "acct:alice@elsewhere.example", "{origin}/users/bob", "https://elsewhere.example/@alice",
     "{origin}/users/alice/followers", "{origin}/nodeinfo/2.0"],
)  # fmt: skip
async def test_strangers_are_not_found(alpha: LiveNode, resource: str) -> None:
    await alpha.add_person("alice")
    status, found = await finger(alpha, resource.format(host=alpha.domain, origin=alpha.base_url))
    assert (status, found["status"]) == (404, 404)


@pytest.mark.parametrize(
    "resource", ["nonsense", "mailto:alice", "acct:a\x00@b", "acct:", "acct:@", "@", f"acct:{'a' * 3000}@b"]
)
async def test_what_is_no_resource_is_refused(alpha: LiveNode, resource: str) -> None:
    assert (await finger(alpha, resource))[0] == 400


@pytest.mark.parametrize("query", ["", "?resource=", "?rel=self", "?resource=acct:a@b&resource=acct:c@d"])
async def test_one_resource_must_be_asked_for(alpha: LiveNode, query: str) -> None:
    async with alpha.http.get(f"/.well-known/webfinger{query}") as answer:
        assert answer.status == 400
        assert answer.content_type == "application/problem+json"


async def test_the_suspended_are_not_found_any_more(alpha: LiveNode) -> None:
    alice = await alpha.add_person("alice")
    assert (await finger(alpha, f"acct:alice@{alpha.domain}"))[0] == 200
    await alpha.suspend(alice.actor)
    assert (await finger(alpha, f"acct:alice@{alpha.domain}"))[0] == 404


async def test_host_meta_says_where_webfinger_is(alpha: LiveNode) -> None:
    template = f"{alpha.base_url}/.well-known/webfinger?resource={{uri}}"
    async with alpha.http.get("/.well-known/host-meta") as answer:
        assert answer.content_type == "application/xrd+xml"
        root = ET.fromstring(await answer.text())  # noqa: S314 our own document
        links = [(link.get("rel"), link.get("template")) for link in root]
        assert links == [("lrdd", template)]
    async with alpha.http.get("/.well-known/host-meta.json") as answer:
        assert (await answer.json(content_type=None))["links"][0]["template"] == template


async def test_nodeinfo_says_what_this_is_and_how_many_live_here(alpha: LiveNode) -> None:
    await alpha.add_person("alice")
    async with alpha.http.get("/.well-known/nodeinfo") as answer:
        links = {link["rel"]: link["href"] for link in (await answer.json())["links"]}
    assert links["https://www.w3.org/ns/activitystreams#Application"] == f"{alpha.base_url}/actor"
    for version in ("2.0", "2.1"):
        schema = f"http://nodeinfo.diaspora.software/ns/schema/{version}"
        assert links[schema] == f"{alpha.base_url}/nodeinfo/{version}"
        async with alpha.http.get(links[schema]) as answer:
            assert answer.headers["Content-Type"] == f'application/json; profile="{schema}#"'
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            found = await answer.json(content_type=None)
        assert found["version"] == version
        assert found["software"]["name"] == "fediverse-node"
        assert found["protocols"] == ["activitypub"]
        assert found["openRegistrations"] is False
        assert found["usage"]["users"] == {"total": 1, "activeMonth": 0, "activeHalfyear": 0}
        assert found["usage"]["localPosts"] == 0
        assert isinstance(found["metadata"], dict)
    async with alpha.http.get("/nodeinfo/2.2") as answer:
        assert answer.status == 404


async def test_mining_is_reserved_for_the_whole_server(alpha: LiveNode) -> None:
    async with alpha.http.get("/.well-known/tdmrep.json") as answer:
        policy = f"{alpha.base_url}/terms/training"
        assert await answer.json() == [{"location": "/", "tdm-reservation": 1, "tdm-policy": policy}]
    async with alpha.http.get(policy) as answer:
        assert answer.status == 200
