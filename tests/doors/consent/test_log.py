"""The log as strangers read it."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime

from fediverse_node.signatures import keys, merkle, notes, proofs, tlog
from tests.doors.consent.conftest import Ledger
from tests.fixtures.nodes import running_node


async def test_a_yes_is_in_the_log_and_its_end_is_in_the_feed(ledger: Ledger) -> None:
    kept, taken_back = await ledger.allowed("This stays."), await ledger.allowed("This goes.")
    await ledger.says(taken_back, allow=False)
    await ledger.notary()

    key = notes.read_key((await ledger.get("/consent/key")).body.decode())
    note = await ledger.get("/consent/checkpoint")
    checkpoint = tlog.read_checkpoint(notes.open_note(note.body.decode(), key))
    bundle = await ledger.get("/consent/tile/entries/000.p/3")
    entries = tlog.unpack_entries(bundle.body)
    hashes = tlog.unpack_hashes((await ledger.get("/consent/tile/0/000.p/3")).body)
    feed = (await ledger.get("/consent/revocations.jsonl")).lines
    seqs = [line["id"] for line in (await ledger.get("/consent/receipts.jsonl")).lines]

    assert (checkpoint.size, key.name) == (3, f"{ledger.node.domain}/consent")
    assert note.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert [json.loads(entry)["kind"] for entry in entries] == ["grant", "grant", "withdraw"]
    assert all(set(json.loads(entry)) == {"v", "kind", "ts", "commit"} for entry in entries)
    assert [merkle.leaf_hash(entry) for entry in entries] == hashes
    assert merkle.root(merkle.nodes_over(hashes), 3) == checkpoint.root
    assert [(line["seq"], line["kind"], line["revokes"]) for line in feed] == [(2, "withdraw", seqs[1])]
    assert kept.uri != taken_back.uri
    report = await ledger.verify()
    assert report.exit_code == 0, report


async def test_a_receipt_is_signed_public_and_proved(ledger: Ledger) -> None:
    post = await ledger.allowed()
    await ledger.notary()
    note = (await ledger.get(post.uri, {"Accept": "application/activity+json"})).json
    path = note["usageConsent"].removeprefix(ledger.node.base_url)

    receipt = await ledger.get(path)
    document = receipt.json
    key = keys.from_multikey(document["signer"]["publicKeyMultibase"], document["signer"]["id"])
    claimed = proofs.peek(document, now=datetime.now(UTC))
    assert claimed is not None
    proofs.check(claimed, key)
    assert document["object"] == post.uri
    assert document["revisionSha256"] == post.revision
    assert document["purposes"] == ["train-ai", "dataset"]
    assert receipt.headers["Consent-Status"] == "active"
    assert receipt.headers["Content-Type"] == "application/ld+json"
    report = await ledger.verify(path)
    assert report.exit_code == 0, report
    page = await ledger.get(f"/@alice/{post.id}", {"Accept": "text/html"})
    assert f'<{ledger.node.base_url}{path}>; rel="describedby"' in page.headers["Link"]


async def test_what_was_taken_back_says_so_everywhere(ledger: Ledger) -> None:
    post = await ledger.allowed()
    await ledger.says(post, allow=False)
    await ledger.notary()
    grant, end = [line["id"] for line in (await ledger.get("/consent/receipts.jsonl")).lines]
    path = grant.removeprefix(ledger.node.base_url)

    receipt = await ledger.get(path)
    note = (await ledger.get(post.uri, {"Accept": "application/activity+json"})).json
    status = (await ledger.get("/consent/status/0")).json
    packed = status["credentialSubject"]["encodedList"]
    bits = gzip.decompress(base64.urlsafe_b64decode(packed[1:] + "=" * (-(len(packed) - 1) % 4)))
    atom = (await ledger.get("/consent/revocations.atom")).body.decode()

    assert receipt.headers["Consent-Status"] == "withdrawn"
    assert receipt.headers["Link"] == f'<{end}>; rel="successor-version"'
    assert "usageConsent" not in note
    assert (len(bits), bits[0]) == (16384, 0b10000000)
    assert receipt.json["credentialStatus"]["statusListIndex"] == "0"
    assert grant in atom
    assert end in atom
    report = await ledger.verify(path)
    assert [each.text for each in report.findings if each.verdict == "broken"] == [
        "The yes is over (withdrawn): what it allowed must not be used any more."
    ]


async def test_deleting_a_post_erases_its_receipts_and_leaves_the_log(ledger: Ledger) -> None:
    post = await ledger.allowed()
    await ledger.notary()
    before = (await ledger.get("/consent/tile/entries/000.p/1")).body
    grant = (await ledger.get("/consent/receipts.jsonl")).lines[0]["id"].removeprefix(ledger.node.base_url)
    await ledger.deletes(post)
    await ledger.notary()

    lines = (await ledger.get("/consent/receipts.jsonl")).lines
    everything = b"".join(
        [
            (await ledger.get(path)).body
            for path in (
                "/consent/receipts.jsonl",
                "/consent/revocations.jsonl",
                "/consent/revocations.atom",
                "/consent/tile/entries/000.p/2",
            )
        ]
    )

    assert [line["status"] for line in lines] == ["erased", "erased"]
    assert (await ledger.get(grant)).status == 410
    assert (await ledger.get(f"{grant}.tlog-proof")).status == 410
    assert (await ledger.get("/consent/tile/entries/000.p/1")).body == before
    assert b"alice" not in everything
    assert str(post.id).encode() not in everything
    assert (await ledger.verify()).exit_code == 0


async def test_an_edit_ends_the_yes_about_the_older_text(ledger: Ledger) -> None:
    post = await ledger.allowed()
    await ledger.edits(post, "Another text.")
    await ledger.notary()

    feed = (await ledger.get("/consent/revocations.jsonl")).lines

    assert [line["kind"] for line in feed] == ["supersede"]
    assert (await ledger.verify()).exit_code == 0


async def test_a_post_about_which_nothing_was_said_costs_no_line(ledger: Ledger) -> None:
    post = await ledger.allowed()
    await ledger.says(post, allow=False)
    await ledger.says(post, allow=False)
    await ledger.notary()

    assert len((await ledger.get("/consent/receipts.jsonl")).lines) == 2


async def test_before_the_first_yes_there_is_no_log(ledger: Ledger) -> None:
    await ledger.notary()

    for path in ("checkpoint", "key", "tile/0/000", "tile/entries/000", "receipts/1", "status/0"):
        assert (await ledger.get(f"/consent/{path}")).status == 404, path
    assert (await ledger.get("/consent/revocations.jsonl")).body == b""
    assert (await ledger.verify()).exit_code == 2


async def test_caches_may_keep_what_never_changes_and_nothing_else(ledger: Ledger) -> None:
    await ledger.allowed()
    await ledger.notary()

    tile, checkpoint = await ledger.get("/consent/tile/0/000.p/1"), await ledger.get("/consent/checkpoint")

    assert "immutable" in tile.headers["Cache-Control"]
    assert checkpoint.headers["Cache-Control"] == "public, max-age=5"
    # Written otherwise than logs write it, wider than the log, or empty.
    for path in ("0/000", "0/000.p/2", "0/001.p/1", "0/x000/000.p/1", "1/000.p/1", "07/000", "63/000"):
        assert (await ledger.get(f"/consent/tile/{path}")).status == 404, path


async def test_a_yes_lapses_while_its_author_is_suspended(ledger: Ledger) -> None:
    await ledger.allowed()
    path = (await ledger.get("/consent/receipts.jsonl")).lines[0]["id"].removeprefix(ledger.node.base_url)
    assert (await ledger.get(path)).headers["Consent-Status"] == "active"

    await ledger.node.suspend(ledger.alice.actor)

    assert (await ledger.get(path)).headers["Consent-Status"] == "lapsed"


async def test_a_feed_is_read_on_from_where_one_stopped(ledger: Ledger) -> None:
    for text in ("One", "Two"):
        await ledger.says(await ledger.allowed(text), allow=False)

    first, second = (await ledger.get("/consent/revocations.jsonl")).lines

    rest = (await ledger.get(f"/consent/revocations.jsonl?since={first['seq']}")).lines
    assert rest == [second]
    assert (await ledger.get("/consent/revocations.jsonl?since=x")).status == 400


async def test_a_yes_that_no_checkpoint_covers_yet_has_no_proof_yet(ledger: Ledger) -> None:
    await ledger.allowed("One")
    await ledger.notary()
    await ledger.allowed("Two")
    await ledger.notary()
    second = (await ledger.get("/consent/receipts.jsonl")).lines[1]["id"]

    # Checkpoints are signed once an hour, and after each end of a yes.
    refused = await ledger.get(f"{second.removeprefix(ledger.node.base_url)}.tlog-proof")

    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) <= 3600


async def test_the_log_is_open_in_secure_mode(database_url: str) -> None:
    settings = {"FEDIVERSE_NODE_FEDERATION__SECURE_MODE": "true"}
    async with running_node(database_url, settings=settings) as node:
        ledger = Ledger(node=node, alice=await node.add_person("alice"))
        await ledger.allowed()
        await ledger.notary()

        for path in ("key", "checkpoint", "receipts.jsonl", "tile/entries/000.p/1", "status/0"):
            assert (await ledger.get(f"/consent/{path}")).status == 200, path
