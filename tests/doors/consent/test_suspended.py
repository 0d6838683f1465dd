"""Whoever keeps a copy hears that an author was suspended; an end of the suspension brings no yes back."""

from __future__ import annotations

from fediverse_node.web.control import moderation
from tests.doors.consent.conftest import Ledger


async def test_the_feed_and_the_bits_say_that_each_yes_of_somebody_suspended_has_ended(
    ledger: Ledger,
) -> None:
    posts = [await ledger.allowed(text) for text in ("One", "Two")]
    node = ledger.node.node
    await moderation.suspend(node, {"handle": "alice"}, print)
    # At once, before any worker could have noted the end of each: nothing may come back with her.
    await moderation.unsuspend(node, {"handle": "alice"}, print)
    await ledger.notary()

    feed = (await ledger.get("/consent/revocations.jsonl")).lines
    assert [(line["kind"], line["seq"]) for line in feed] == [("withdraw", 2), ("withdraw", 3)]
    for line in feed:
        gone = await ledger.get(line["revokes"].removeprefix(ledger.node.base_url))
        assert gone.headers["Consent-Status"] == "withdrawn"
        made = await ledger.get(line["receipt"].removeprefix(ledger.node.base_url))
        assert (made.json["event"], made.json["method"]) == ("withdraw", "suspend")
    report = await ledger.verify()
    assert report.exit_code == 0, report
    for post in posts:
        shown = await ledger.get(
            post.uri.removeprefix(ledger.node.base_url), {"Accept": "application/activity+json"}
        )
        assert shown.json["contentUsage"] == "train-ai=n"
