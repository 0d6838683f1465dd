from __future__ import annotations

import asyncio

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import actors as discovery
from fediverse_node.federation.outbox import compose
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.kernel.errors import NotNow, NotValid, TooLarge
from fediverse_node.kernel.text import Handle
from fediverse_node.storage.database import Database
from tests.fixtures.outbox import member
from tests.fixtures.rooms import ADDRESSES, stranger


def test_length_counts_text_and_warning_and_addresses_as_23() -> None:
    assert compose.check_length("x" * 10, None, limit=10) is None
    assert compose.check_length("x" * 6, " cw\n!", limit=10) == "cw !"
    with pytest.raises(TooLarge, match="11 characters; the limit is 10"):
        compose.check_length("x" * 7, "cw !", limit=10)
    compose.check_length("https://example.org/" + "x" * 500, None, limit=23)


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_a_post_has_a_text(text: str) -> None:
    with pytest.raises(NotValid):
        compose.check_length(text, "a warning alone is none", limit=100)


async def test_people_here_are_found_with_and_without_their_host(db: Database, desk: Desk) -> None:
    bob = await db.write(lambda tx: member(tx, "Bob"))
    found = await compose.find_people(desk, "@bob @BOB@here.example @nobody")
    assert {str(handle): actor.uri for handle, actor in found.items()} == {
        "@bob": bob.uri,
        "@bob@here.example": bob.uri,
    }
    written = compose.write_up("@bob @bob@here.example", "text/plain", people=found, addresses=ADDRESSES)
    assert [mention.name for mention in written.mentions] == ["@Bob@here.example"]
    assert written.people == (bob,)


async def test_whoever_cannot_be_found_in_time_stays_text(
    db: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob"))
    never = asyncio.Event()

    async def by_handle(_discovery: object, handle: Handle, _budget: object) -> Actor:
        if handle.name == "slow":
            await never.wait()
        if handle.name == "down":
            raise NotNow("later")
        return bob

    monkeypatch.setattr(discovery, "by_handle", by_handle)
    monkeypatch.setattr(compose, "ASKING_SECONDS", 0.05)
    found = await compose.find_people(desk, "@slow@a.example @bob@there.example @down@b.example")
    assert list(found.values()) == [bob]
    written = compose.write_up("@slow@a.example", "text/plain", people=found, addresses=ADDRESSES)
    assert written.html == "<p>@slow@a.example</p>"


async def test_a_post_asks_for_fifty_people_at_most(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Handle] = []

    async def by_handle(_discovery: object, handle: Handle, _budget: object) -> Actor:
        asked.append(handle)
        raise NotNow("later")

    monkeypatch.setattr(discovery, "by_handle", by_handle)
    await compose.find_people(desk, " ".join(f"@u{number}@x.example" for number in range(80)))
    assert len(asked) == compose.MAX_MENTIONS


def test_markdown_and_plain_text_differ_and_both_are_safe() -> None:
    for content_type, shown in (("text/markdown", "<strong>b</strong>"), ("text/plain", "**b**")):
        written = compose.write_up(
            "**b** <script>x</script> #A #a",
            content_type,  # type: ignore[arg-type]  # from the table above
            people={},
            addresses=ADDRESSES,
        )
        assert shown in written.html
        assert "<script" not in written.html
        assert [tag.tag for tag in written.hashtags] == ["a"]
