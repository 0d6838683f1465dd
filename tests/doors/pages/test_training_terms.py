"""What crawlers and miners of text are told about the whole server, and who may change it."""

from __future__ import annotations

from tests.fixtures.nodes import LiveNode, running_node

TERMS = "/terms/training"


async def test_the_terms_are_a_page_for_people_and_a_policy_for_machines(alpha: LiveNode) -> None:
    async with alpha.http.get(TERMS, headers={"Accept": "text/html"}) as answer:
        assert answer.content_type == "text/html"
        assert "Accept" in answer.headers["Vary"]
    async with alpha.http.get(TERMS, headers={"Accept": "application/ld+json"}) as answer:
        assert answer.content_type == "application/ld+json"
        policy = await answer.json()
    assert policy["uid"] == f"{alpha.base_url}{TERMS}"
    assert policy["permission"][0]["duty"] == [{"action": "obtainConsent"}]
    async with alpha.http.get("/.well-known/tdmrep.json") as answer:
        (rule,) = await answer.json()
    assert rule["tdm-policy"] == policy["uid"]


async def test_the_operator_chooses_which_crawlers_are_named(database_url: str) -> None:
    settings = {"FEDIVERSE_NODE_ROBOTS__TRAINING_AGENTS": "OnlyThisBot"}
    async with running_node(database_url, settings=settings) as node, node.http.get("/robots.txt") as answer:
        text = await answer.text()
    assert [line for line in text.splitlines() if line.startswith("User-Agent:")] == [
        "User-Agent: *",
        "User-Agent: OnlyThisBot",
    ]


async def test_where_none_is_named_nobody_is_sent_away_and_the_no_stays(database_url: str) -> None:
    settings = {"FEDIVERSE_NODE_ROBOTS__TRAINING_AGENTS": ""}
    async with running_node(database_url, settings=settings) as node, node.http.get("/robots.txt") as answer:
        lines = (await answer.text()).splitlines()
    assert "Disallow: /" not in lines
    assert "Content-Usage: train-ai=n" in lines
