"""Quotes with consent (FEP-044f): asking, yes and no, taking it back, and showing only what may be shown.

Every refusal has its twin. Numbers (OBJ-…) are those of the attack catalogue.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from fediverse_node.deliveries import tables as deliveries
from fediverse_node.federation.outbox import consent
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.posts.model import Post
from fediverse_node.posts.tables import posts as post_rows
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import Interaction
from tests.doors.federation.conftest import Street, changed
from tests.fakes.remote_server import PUBLIC, JsonDict, RemoteActor

ACTIVITY = {"Accept": "application/activity+json"}


async def written(street: Street, text: str = "Ours", **draft: Any) -> Post:
    return await publish(street.node.desk, street.alice.actor, Draft(text=text, **draft))


def quoting(who: RemoteActor, uri: str, **more: Any) -> JsonDict:
    """A note of *who* that quotes *uri*, as Mastodon writes it."""
    inline = f'<p class="quote-inline">RE: <a href="{uri}">{uri}</a></p><p>Look</p>'
    return who.note(inline, quote=uri, quoteUri=uri, _misskey_quote=uri, **more)


def request(who: RemoteActor, note: JsonDict | str, target: str) -> JsonDict:
    return who.activity("QuoteRequest", target, instrument=note)


def authorization(owner: RemoteActor, quote: str, target: str, **more: Any) -> JsonDict:
    """A yes of *owner*, served at its id."""
    id_ = owner.server.new_id("stamps")
    return owner.server.publish(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": id_,
            "type": "QuoteAuthorization",
            "attributedTo": owner.uri,
            "interactingObject": quote,
            "interactionTarget": target,
            **more,
        }
    )


async def noted(street: Street, uri: str) -> Interaction | None:
    return await street.read(lambda tx: quotes.by_post_uri(tx, uri, "quote"))


async def sent(street: Street, type_: str) -> list[JsonDict]:
    """What stands ready to be sent, of one type, oldest first."""
    table = deliveries.activities
    statement = sa.select(table.c.document).where(table.c.type == type_).order_by(table.c.id)
    rows = await street.read(lambda tx: tx.all(statement))
    return [json.loads(row[0]) for row in rows]


async def status(street: Street, post_id: int) -> Any:
    url = f"/api/v1/statuses/{post_id}"
    async with street.node.http.get(url, headers=street.alice.bearer) as answer:
        assert answer.status == 200
        return await answer.json()


async def fetched(street: Street, url: str) -> tuple[int, Any]:
    async with street.node.http.get(url, headers=ACTIVITY) as answer:
        return answer.status, await answer.json() if "json" in answer.content_type else await answer.text()


# Being quoted


async def test_a_request_is_granted_with_a_yes_that_everybody_can_read(street: Street) -> None:
    post = await written(street)
    note = quoting(street.bob, post.uri)
    asked = request(street.bob, note, post.uri)
    assert await street.bob.send(street.inbox, asked) == 202
    (accept,) = await sent(street, "Accept")
    assert accept["object"]["id"] == asked["id"]
    assert accept["object"]["type"] == "QuoteRequest"
    assert (accept["object"]["object"], accept["object"]["instrument"]) == (post.uri, note["id"])
    code, stamp = await fetched(street, accept["result"])
    assert code == 200
    assert changed(stamp, **{"@context": None}) == {
        "id": accept["result"],
        "type": "QuoteAuthorization",
        "attributedTo": street.alice.actor.uri,
        "interactingObject": note["id"],
        "interactionTarget": post.uri,
    }
    assert accept["result"].startswith(f"{street.alice.actor.uri}/quotes/")
    assert await street.told() == ["quote"]
    stored = await street.post(note["id"])
    assert stored is not None
    shown = (await status(street, stored.id))["quote"]
    assert (shown["state"], shown["quoted_status"]["id"]) == ("accepted", str(post.id))
    assert (await status(street, post.id))["quotes_count"] == 1


async def test_a_request_that_names_the_quote_only_is_answered_after_a_look(street: Street) -> None:
    post = await written(street)
    note = quoting(street.bob, post.uri)
    assert await street.bob.send(street.inbox, request(street.bob, note["id"], post.uri)) == 202
    assert await sent(street, "Accept") == []
    await street.work()
    assert len(await sent(street, "Accept")) == 1


async def test_a_request_that_comes_again_gets_the_same_yes_under_its_own_id(street: Street) -> None:
    post = await written(street)
    note = quoting(street.bob, post.uri)
    for _ in range(2):
        assert await street.bob.send(street.inbox, request(street.bob, note, post.uri)) == 202
    first, second = await sent(street, "Accept")
    assert first["result"] == second["result"]
    assert first["object"]["id"] != second["object"]["id"]


async def test_followers_may_quote_what_is_for_followers_to_quote_and_others_may_not(street: Street) -> None:
    post = await written(street, quote_policy="followers")
    await street.meet(street.bob)  # which is a follow
    for who in (street.bob, street.carol):
        assert await who.send(street.inbox, request(who, quoting(who, post.uri), post.uri)) == 202
    (yes,) = [each for each in await sent(street, "Accept") if each["object"]["type"] == "QuoteRequest"]
    (no,) = await sent(street, "Reject")
    assert (yes["to"], no["to"]) == ([street.bob.uri], [street.carol.uri])
    assert "result" not in no
    assert await street.told() == ["quote", "follow"]


async def test_what_nobody_may_see_is_not_quoted_and_not_even_refused(street: Street) -> None:
    await street.meet(street.bob)
    direct = await written(street, visibility="direct")
    before = await street.rows()
    note = quoting(street.bob, direct.uri)
    assert await street.bob.send(street.inbox, request(street.bob, note, direct.uri)) == 202
    assert await street.rows() == before


async def test_a_followers_post_is_quoted_by_nobody_else(street: Street) -> None:
    await street.meet(street.bob)
    closed = await written(street, visibility="private")
    note = quoting(street.bob, closed.uri)
    assert await street.bob.send(street.inbox, request(street.bob, note, closed.uri)) == 202
    assert len(await sent(street, "Reject")) == 1
    assert await street.post(note["id"]) is None


async def test_nobody_asks_for_the_quote_of_somebody_else(street: Street) -> None:  # OBJ-35
    post = await written(street)
    await street.meet(street.carol)
    bobs = quoting(street.bob, post.uri)
    before = await street.rows()
    stolen = request(street.carol, {**bobs, "attributedTo": street.bob.uri}, post.uri)
    assert await street.carol.send(street.inbox, stolen) == 403
    elsewhere = changed(bobs, id="https://other.example/notes/1", attributedTo=street.carol.uri)
    assert await street.carol.send(street.inbox, request(street.carol, elsewhere, post.uri)) == 403
    assert await street.rows() == before
    assert await street.bob.send(street.inbox, request(street.bob, bobs, post.uri)) == 202
    assert len(await sent(street, "Accept")) == 2  # carol's follow, bob's quote


async def test_a_request_for_a_post_that_quotes_something_else_is_refused(street: Street) -> None:
    post, other = await written(street), await written(street, "Another")
    note = quoting(street.bob, other.uri)
    assert await street.bob.send(street.inbox, request(street.bob, note, post.uri)) == 400
    assert await noted(street, note["id"]) is None


async def test_a_quote_without_a_request_counts_where_everybody_may(street: Street) -> None:
    free, kept = await written(street), await written(street, "Mine", quote_policy="nobody")
    for target, state in ((free, "accepted"), (kept, "rejected")):
        note = street.bob.note("<p>Look</p>", _misskey_quote=target.uri)
        assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
        found = await noted(street, note["id"])
        assert found is not None
        assert found.state == state
        assert found.post_id is not None
        assert (await status(street, found.post_id))["quote"]["state"] == state
    assert await street.told() == ["quote"]


async def test_a_yes_that_is_taken_back_is_gone_and_said_to_whoever_relies_on_it(street: Street) -> None:
    post = await written(street)
    note = quoting(street.bob, post.uri)
    await street.bob.send(street.inbox, request(street.bob, note, post.uri))
    (accept,) = await sent(street, "Accept")
    quote = await street.post(note["id"])
    assert quote is not None
    url = f"/api/v1/statuses/{post.id}/quotes/{quote.id}/revoke"
    async with street.node.http.post(url, headers=street.alice.bearer) as answer:
        assert answer.status == 200
        assert (await answer.json())["quote"] == {"state": "revoked", "quoted_status": None}
    (delete,) = await sent(street, "Delete")
    assert (delete["object"]["id"], delete["to"]) == (accept["result"], [street.bob.uri])
    assert (await fetched(street, accept["result"]))[0] == 410
    # Asked again, it stays so.
    await street.bob.send(street.inbox, request(street.bob, note, post.uri))
    assert len(await sent(street, "Reject")) == 1
    assert await street.told() == []


# Quoting


async def bobs_post(street: Street, **more: Any) -> Post:
    if await street.actor(street.bob) is None:
        await street.befriend(street.bob)
    note = street.bob.note("<p>Theirs</p>", **more)
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    post = await street.post(note["id"])
    assert post is not None
    return post


async def test_a_quote_asks_its_author_and_says_it_again_once_they_said_yes(street: Street) -> None:
    theirs = await bobs_post(street)
    ours = await written(street, "Look", quoted_id=theirs.id)
    (create,) = await sent(street, "Create")
    note = create["object"]
    assert {note[name] for name in ("quote", "quoteUri", "quoteUrl", "_misskey_quote")} == {theirs.uri}
    assert "quoteAuthorization" not in note
    assert note["content"].startswith('<p class="quote-inline">RE: <a href="')
    (link,) = [tag for tag in note["tag"] if tag["type"] == "Link"]
    assert (link["href"], link["rel"]) == (theirs.uri, "https://misskey-hub.net/ns#_misskey_quote")
    (asked,) = await sent(street, "QuoteRequest")
    assert (asked["object"], asked["instrument"]["id"], asked["to"]) == (
        theirs.uri,
        ours.uri,
        [street.bob.uri],
    )
    assert (await status(street, ours.id))["quote"] == {"state": "pending", "quoted_status": None}
    yes = authorization(street.bob, ours.uri, theirs.uri)
    accept = street.bob.activity("Accept", {"id": asked["id"], "type": "QuoteRequest"}, result=yes["id"])
    assert await street.bob.send(street.inbox, accept) == 202
    await street.work()
    assert (await status(street, ours.id))["quote"]["state"] == "accepted"
    (update,) = await sent(street, "Update")
    assert update["object"]["quoteAuthorization"] == yes["id"]
    assert update["proof"]
    # Their author takes it back.
    delete = street.bob.activity("Delete", {"id": yes["id"], "type": "QuoteAuthorization"})
    assert await street.bob.send(street.inbox, delete) == 202
    assert (await status(street, ours.id))["quote"]["state"] == "revoked"
    assert "quote" not in (await sent(street, "Update"))[-1]["object"]


async def test_only_the_quoted_author_answers_and_only_with_a_yes_of_their_own(street: Street) -> None:
    theirs = await bobs_post(street)  # OBJ-35
    ours = await written(street, "Look", quoted_id=theirs.id)
    (asked,) = await sent(street, "QuoteRequest")
    right = authorization(street.bob, ours.uri, theirs.uri)
    await street.meet(street.carol)
    before = await street.rows()
    stolen = street.carol.activity("Accept", asked["id"], result=right["id"])
    assert await street.carol.send(street.inbox, stolen) == 403
    far = street.bob.activity("Accept", asked["id"], result="https://other.example/stamps/1")
    assert await street.bob.send(street.inbox, far) == 403
    assert await street.bob.send(street.inbox, street.bob.activity("Accept", asked["id"])) == 400
    for wrong in (
        authorization(street.carol, ours.uri, theirs.uri),
        authorization(street.bob, f"{ours.uri}0", theirs.uri),
        authorization(street.bob, ours.uri, f"{theirs.uri}0"),
        authorization(street.bob, ours.uri, theirs.uri, type="Note"),
    ):
        accept = street.bob.activity("Accept", asked["id"], result=wrong["id"])
        assert await street.bob.send(street.inbox, accept) == 202
        await street.work()
    assert await street.rows() == before
    accept = street.bob.activity("Accept", asked["id"], result=right["id"])
    assert await street.bob.send(street.inbox, accept) == 202
    await street.work()
    assert (await status(street, ours.id))["quote"]["state"] == "accepted"


async def test_only_who_said_yes_can_take_it_back(street: Street) -> None:
    theirs = await bobs_post(street)
    ours = await written(street, "Look", quoted_id=theirs.id)
    (asked,) = await sent(street, "QuoteRequest")
    yes = authorization(street.bob, ours.uri, theirs.uri)
    await street.bob.send(street.inbox, street.bob.activity("Accept", asked["id"], result=yes["id"]))
    await street.work()
    await street.meet(street.carol)
    assert await street.carol.send(street.inbox, street.carol.activity("Delete", yes["id"])) == 202
    assert (await status(street, ours.id))["quote"]["state"] == "accepted"


async def test_a_no_takes_the_quote_out_of_the_note(street: Street) -> None:
    theirs = await bobs_post(street)
    ours = await written(street, "Look", quoted_id=theirs.id)
    (asked,) = await sent(street, "QuoteRequest")
    assert await street.bob.send(street.inbox, street.bob.activity("Reject", asked["id"])) == 202
    assert (await status(street, ours.id))["quote"]["state"] == "rejected"
    code, note = await fetched(street, ours.uri)
    assert code == 200
    assert "quote" not in note
    assert "quote-inline" not in note["content"]


async def test_a_closed_quote_is_not_shown_to_whom_it_quotes(street: Street) -> None:
    theirs = await bobs_post(street)
    ours = await written(street, "Between us", quoted_id=theirs.id, visibility="private")
    (asked,) = await sent(street, "QuoteRequest")
    assert asked["instrument"] == ours.uri


# Others' quotes


async def test_a_quote_of_others_is_shown_only_with_a_yes_that_holds(street: Street) -> None:
    await street.befriend(street.bob)
    theirs = street.carol.note("<p>Carol's words</p>")
    target = theirs["id"]
    plain = quoting(street.bob, target)
    assert await street.bob.send(street.inbox, street.bob.create(plain)) == 202
    await street.work()
    post = await street.post(plain["id"])
    assert post is not None
    assert (await status(street, post.id))["quote"] == {"state": "pending", "quoted_status": None}

    for owner, expected in ((street.bob, "pending"), (street.carol, "accepted")):  # OBJ-35
        note = quoting(street.bob, target)
        note["quoteAuthorization"] = authorization(owner, note["id"], target)["id"]
        assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
        post = await street.post(note["id"])
        assert post is not None, "the post is here at once"
        await street.work()
        shown = (await status(street, post.id))["quote"]
        assert shown["state"] == expected
    assert shown["quoted_status"]["content"] == "<p>Carol's words</p>"


async def test_a_yes_that_comes_with_an_edit_counts_whatever_became_of_the_text(street: Street) -> None:
    await street.befriend(street.bob)
    target = street.carol.note("<p>Carol's words</p>")["id"]
    note = quoting(street.bob, target)
    await street.bob.send(street.inbox, street.bob.create(note))
    note["quoteAuthorization"] = authorization(street.carol, note["id"], target)["id"]
    update = street.bob.activity("Update", note, published=note["published"])
    assert await street.bob.send(street.inbox, update) == 202
    await street.work()
    found = await noted(street, note["id"])
    assert found is not None
    assert found.state == "accepted"
    # The author of the quoted post takes it back, and the quote is hidden.
    await street.meet(street.carol)
    delete = street.carol.activity("Delete", note["quoteAuthorization"])
    assert await street.carol.send(street.inbox, delete) == 202
    found = await noted(street, note["id"])
    assert found is not None
    assert found.state == "revoked"


async def test_a_quote_of_oneself_needs_no_yes(street: Street) -> None:
    await street.befriend(street.bob)
    first = street.bob.note("<p>First</p>")
    second = quoting(street.bob, first["id"])
    assert await street.bob.send(street.inbox, street.bob.create(second)) == 202
    await street.work()
    found = await noted(street, second["id"])
    assert found is not None
    assert found.state == "accepted"


async def test_a_page_shows_the_quoted_words_instead_of_the_link_to_them(street: Street) -> None:
    first = await written(street, "The first words")
    second = await written(street, "The second words", quoted_id=first.id)
    code, page = await page_of(street, second)
    assert code == 200
    assert '<blockquote class="quoted"' in page
    assert "The first words" in page
    assert "AI-assisted" not in page
    assisted = sa.update(post_rows).where(post_rows.c.id == first.id).values(ai_disclosure="ai-assisted")
    await street.write(lambda tx: tx.execute(assisted))
    _, page = await page_of(street, second)
    assert "AI-assisted" in page
    await street.write(lambda tx: quotes.decide(tx, _must(tx, second), "pending"))
    _, page = await page_of(street, second)
    assert "The first words" not in page
    assert "has not agreed yet" in page


def _must(tx: Any, post: Post) -> Interaction:
    found = quotes.by_post_uri(tx, post.uri, "quote")
    assert found is not None
    return found


async def page_of(street: Street, post: Post) -> tuple[int, str]:
    assert post.url is not None
    async with street.node.http.get(post.url, headers={"Accept": "text/html"}) as answer:
        return answer.status, await answer.text()


# Policies


async def test_our_posts_say_who_may_do_what_in_every_dialect(street: Street) -> None:
    post = await written(street, reply_policy="followers", quote_policy="nobody", boost_policy="following")
    _, note = await fetched(street, post.uri)
    policy, alice = note["interactionPolicy"], street.alice.actor
    assert {name: each["automaticApproval"] for name, each in policy.items()} == {
        "canLike": [PUBLIC],
        "canReply": [alice.followers],
        "canAnnounce": [alice.following],
        "canQuote": [alice.uri],
    }
    assert all(each["always"] == each["automaticApproval"] for each in policy.values())


async def test_answers_and_boosts_of_those_who_may_not_have_no_effect(street: Street) -> None:
    await street.befriend(street.bob)  # who follows alice, too
    await street.befriend(street.carol)
    await street.carol.send(street.inbox, street.carol.undo(await _follow_id(street)))
    post = await written(street, reply_policy="followers", boost_policy="followers")
    for who, effect in ((street.carol, 0), (street.bob, 1)):
        answer = who.note("<p>Yes</p>", inReplyTo=post.uri)
        assert await who.send(street.inbox, who.create(answer)) == 202
        assert await who.send(street.inbox, who.announce(post.uri)) == 202
        assert (await street.post(answer["id"]) is not None) is bool(effect)
        stands = await street.post(post.uri)
        assert stands is not None
        assert (stands.replies_count, stands.boosts_count) == (effect, effect)
    assert sorted(await street.told()) == ["follow", "mention", "reblog"]


async def _follow_id(street: Street) -> str:
    follow = await street.follower(street.carol)
    assert follow is not None
    return follow.uri


async def test_an_answer_that_may_not_stand_does_not_come_in_by_a_boost_either(street: Street) -> None:
    await street.befriend(street.bob)
    post = await written(street, reply_policy="nobody")
    answer = street.carol.note("<p>Still</p>", inReplyTo=post.uri)
    assert await street.bob.send(street.inbox, street.bob.announce(answer["id"])) == 202
    await street.work()
    assert await street.post(answer["id"]) is None


async def test_ours_are_told_what_others_do_not_want(street: Street) -> None:
    nobody = {"automaticApproval": [street.bob.uri], "always": [street.bob.uri]}
    policy = {f"can{verb}": nobody for verb in ("Reply", "Quote", "Announce", "Like")}
    closed = await bobs_post(street, interactionPolicy=policy)
    free = await bobs_post(street)
    for post, code in ((closed, 403), (free, 200)):
        tries: list[tuple[str, JsonDict]] = [
            ("/api/v1/statuses", {"status": "Hm", "in_reply_to_id": str(post.id)}),
            ("/api/v1/statuses", {"status": "Hm", "quoted_status_id": str(post.id)}),
            (f"/api/v1/statuses/{post.id}/reblog", {}),
            (f"/api/v1/statuses/{post.id}/favourite", {}),
        ]
        for url, body in tries:
            async with street.node.http.post(url, json=body, headers=street.alice.bearer) as answer:
                assert answer.status == code, url
    assert (await status(street, closed.id))["quote_approval"] == {
        "automatic": [],
        "manual": [],
        "current_user": "denied",
    }


async def test_an_answer_and_a_boost_wait_for_their_authors_yes(street: Street) -> None:
    asks = {"automaticApproval": [], "manualApproval": PUBLIC}
    theirs = await bobs_post(street, interactionPolicy={"canReply": asks, "canAnnounce": asks})
    reply = await written(street, "May I?", in_reply_to_id=theirs.id)
    assert (await status(street, reply.id))["fediverse_node"]["approval"] == "pending"
    stamp = f"{street.there.origin}/approvals/1"
    accept = street.bob.activity("Accept", reply.uri, result=stamp)
    assert await street.bob.send(street.inbox, accept) == 202
    assert (await status(street, reply.id))["fediverse_node"]["approval"] == "accepted"
    assert (await sent(street, "Update"))[-1]["object"]["approvedBy"] == stamp

    refused = await written(street, "And this?", in_reply_to_id=theirs.id)
    (_, create) = await sent(street, "Create")
    assert await street.bob.send(street.inbox, street.bob.activity("Reject", create["id"])) == 202
    shown = await status(street, refused.id)
    assert (shown["fediverse_node"]["approval"], shown["in_reply_to_id"]) == ("rejected", None)

    url = f"/api/v1/statuses/{theirs.id}/reblog"
    async with street.node.http.post(url, headers=street.alice.bearer) as answer:
        boost = await answer.json()
    assert boost["fediverse_node"]["approval"] == "pending"
    assert await street.bob.send(street.inbox, street.bob.activity("Reject", boost["uri"])) == 202
    assert await street.post(boost["uri"]) is None
    assert [each["object"]["id"] for each in await sent(street, "Undo")] == [boost["uri"]]


async def test_a_policy_can_be_changed_later_and_is_said_anew(street: Street) -> None:
    post = await written(street)
    await consent.set_policy(street.node.desk, street.alice.actor, post.id, quote="nobody")
    (update,) = await sent(street, "Update")
    said = update["object"]["interactionPolicy"]["canQuote"]["automaticApproval"]
    assert said == [street.alice.actor.uri]
    note = quoting(street.bob, post.uri)
    await street.bob.send(street.inbox, request(street.bob, note, post.uri))
    assert len(await sent(street, "Reject")) == 1
