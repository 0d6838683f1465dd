from __future__ import annotations

from tests.doors.client_api.conftest import Client
from tests.fixtures.letters import send_about, sent_post

INBOX = "https://x.example/inbox"


def url(post_id: int | str) -> str:
    return f"/api/v1/fediverse_node/statuses/{post_id}/deliveries"


async def test_an_author_sees_where_their_post_went(alice: Client) -> None:
    assert alice.person is not None
    post = await sent_post(alice.node, alice.person, INBOX, "https://y.example/inbox")
    rows = await alice.ok(url(post.id))
    assert [(row["host"], row["state"], row["attempts"]) for row in rows] == [
        ("x.example", "waiting", 0),
        ("y.example", "waiting", 0),
    ]
    assert rows[0]["activity"] == "Create"
    assert rows[0]["tried_at"] is None
    assert rows[0]["next_try_at"]


async def test_nobody_else_learns_of_it(alice: Client, bob: Client, anybody: Client) -> None:
    assert alice.person is not None
    post = await sent_post(alice.node, alice.person, INBOX)
    assert (await alice.get(url(post.id))).status == 200
    for path, method in ((url(post.id), "GET"), (f"{url(post.id)}/retry", "POST")):
        theirs, missing = await bob.call(method, path), await bob.call(method, path.replace("/1", "/2"))
        assert theirs.status == missing.status == 404
        assert theirs.body == missing.body  # PRI-14
        assert (await anybody.call(method, path)).status == 401


async def test_what_others_sent_about_it_is_theirs(alice: Client, bob: Client) -> None:
    assert alice.person is not None
    assert bob.person is not None
    post = await sent_post(alice.node, alice.person, INBOX)
    await send_about(alice.node, bob.person, post, "https://bobs.example/inbox")
    assert [row["host"] for row in await alice.ok(url(post.id))] == ["x.example"]
    assert (await alice.post(f"{url(post.id)}/retry")).body == {"hosts": ["x.example"]}


async def test_an_author_has_it_tried_again_everywhere_or_at_one_server(alice: Client) -> None:
    assert alice.person is not None
    post = await sent_post(alice.node, alice.person, INBOX, "https://y.example/inbox")
    assert (await alice.post(f"{url(post.id)}/retry", {"host": "Y.example"})).body == {"hosts": ["y.example"]}
    assert (await alice.post(f"{url(post.id)}/retry")).body == {"hosts": ["x.example", "y.example"]}


async def test_also_when_the_post_was_deleted(alice: Client, bob: Client) -> None:
    assert alice.person is not None
    post = await sent_post(alice.node, alice.person, INBOX)
    assert (await alice.call("DELETE", f"/api/v1/statuses/{post.id}")).status == 200
    rows = await alice.ok(url(post.id))
    assert ("Create", "failed") in {(row["activity"], row["state"]) for row in rows}
    assert (await alice.post(f"{url(post.id)}/retry")).body == {"hosts": []}
    assert (await bob.get(url(post.id))).status == 404
