"""What holds on a server in the words of its operator: rules, privacy, terms of use, known servers."""

from __future__ import annotations

from pathlib import Path

from fediverse_node.peers import queries as peers
from fediverse_node.peers.model import Peer
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode, running_node


async def test_what_the_operator_wrote_is_shown_by_apps_and_on_pages(
    database_url: str, tmp_path: Path
) -> None:
    privacy, terms = tmp_path / "privacy.md", tmp_path / "terms.md"
    privacy.write_text("# Privacy\n\nWe keep **little**. <script>alert(1)</script>")
    terms.write_text("Be kind.\n\n" * 5_000)
    settings = {
        "FEDIVERSE_NODE_INSTANCE__PRIVACY_POLICY": str(privacy),
        "FEDIVERSE_NODE_INSTANCE__TERMS_OF_SERVICE": str(terms),
        "FEDIVERSE_NODE_INSTANCE__RULES": "Be kind., No spam.",
        "FEDIVERSE_NODE_INSTANCE__PUBLISH_PEERS": "true",
    }
    async with running_node(database_url, settings=settings) as node:
        anybody = Client(node=node)
        said = await anybody.ok("/api/v1/instance/privacy_policy")
        assert "<strong>little</strong>" in said["content"]
        held = await anybody.ok("/api/v1/instance/terms_of_service")
        assert held["content"].count("Be kind.") == 5_000
        rules = await anybody.ok("/api/v1/instance/rules")
        assert [(each["id"], each["text"]) for each in rules] == [("1", "Be kind."), ("2", "No spam.")]
        assert (await anybody.ok("/api/v2/instance"))["rules"] == rules
        page = await anybody.get("/privacy")
        assert "<strong>little</strong>" in page.body
        for text in (page.body, said["content"]):
            assert "<script>alert" not in text
        assert (await anybody.get("/terms")).status == 200
        assert 'href="/privacy"' in (await anybody.get("/about")).body
        await node.node.db.write(lambda tx: peers.save(tx, Peer(host="far.example")))
        assert await anybody.ok("/api/v1/instance/peers") == ["far.example"]


async def test_what_nobody_wrote_is_not_there(alpha: LiveNode, anybody: Client) -> None:
    for path in (
        "/privacy",
        "/terms",
        "/api/v1/instance/privacy_policy",
        "/api/v1/instance/terms_of_service",
    ):
        assert (await anybody.get(path)).status == 404
    await alpha.node.db.write(lambda tx: peers.save(tx, Peer(host="far.example")))
    assert await anybody.ok("/api/v1/instance/peers") == []
    assert await anybody.ok("/api/v1/instance/rules") == []
    assert 'href="/privacy"' not in (await anybody.get("/about")).body
