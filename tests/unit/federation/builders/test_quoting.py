from __future__ import annotations

from dataclasses import replace

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read import read_object
from fediverse_node.federation.builders import note, quoting
from fediverse_node.federation.builders.note import NoteParts
from fediverse_node.federation.builders.quoting import Quote, Terms, tags, text
from fediverse_node.posts.model import Visibility
from fediverse_node.quotes.model import Interaction
from tests.fixtures.golden import (
    ACTIVITY,
    ADDRESSES,
    ALICE,
    BOB,
    ORIGIN,
    POST,
    SAID,
    THEIR_POST,
    assert_golden,
)

QUOTE = Quote(
    uri=THEIR_POST, page='https://b.example/@bob/1?a="b"&c', authorization="https://b.example/yes/1"
)

THEIRS = Interaction(
    id=1,
    kind="quote",
    post_uri=THEIR_POST,
    actor_id=2,
    target_uri=POST.uri,
    state="accepted",
    request_uri=f"{THEIR_POST}/asks",
    authorization_uri=f"{ALICE.uri}/quotes/1",
    created_at=SAID,
    updated_at=SAID,
)


def built(visibility: Visibility = "public", **terms: Quote | str) -> JsonDict:
    post = replace(POST, visibility=visibility)
    parts = NoteParts(post=post, author=ALICE, terms=Terms(**terms))  # type: ignore[arg-type]  # one of its own
    return note.document(parts, addresses=ADDRESSES)


def test_a_quote_is_read_back_in_every_spelling_alone() -> None:
    document = built(quote=QUOTE)
    names = ("quote", "quoteUri", "quoteUrl", "_misskey_quote")
    for name in (*names, None):
        alone = {key: value for key, value in document.items() if key not in names or key == name}
        if name is not None:
            alone["tag"] = []
        assert read_object(alone).quote == THEIR_POST, name
    assert read_object(document).quote_authorization == QUOTE.authorization


def test_the_fallback_is_one_link_that_holds_the_address_and_no_more() -> None:
    assert text("<p>x</p>", QUOTE) == (
        '<p class="quote-inline">RE: <a href="https://b.example/@bob/1?a=&quot;b&quot;&amp;c">'
        "https://b.example/@bob/1?a=&quot;b&quot;&amp;c</a></p><p>x</p>"
    )
    assert (text("<p>x</p>", None), tags(None)) == ("<p>x</p>", [])
    assert built(quote=QUOTE)["content"] == text(POST.content_html, QUOTE)


def test_a_note_without_a_quote_says_nothing_of_one() -> None:
    assert not {"quote", "quoteUri", "quoteUrl", "_misskey_quote", "quoteAuthorization"} & built().keys()
    assert "approvedBy" not in built()
    assert built(approved_by="https://b.example/yes/2")["approvedBy"] == "https://b.example/yes/2"


def test_closed_notes_let_nobody_else_pass_them_on() -> None:
    for visibility in ("private", "direct"):
        policy = read_object(built(visibility)).policy
        assert policy is not None
        for permission in (policy.can_quote, policy.can_announce):
            assert permission is not None
            assert permission.automatic == (ALICE.uri,)


def test_a_quote_and_the_asking_for_it_are_as_pinned() -> None:
    quote = built(quote=QUOTE)
    assert_golden("note_quote", quote)
    asked = quoting.request(
        id_=ACTIVITY, actor=ALICE.uri, target=THEIR_POST, author=BOB, note=POST.uri, origin=ORIGIN
    )
    assert_golden("quote_request", asked)


def test_a_yes_and_what_comes_of_it_are_as_pinned() -> None:
    assert_golden("quote_authorization", quoting.authorization(THEIRS, ALICE, addresses=ADDRESSES))
    for name, said in (("quote_accept", quoting.accept), ("quote_revocation", quoting.revocation)):
        assert_golden(name, said(THEIRS, id_=ACTIVITY, quoter=BOB, author=ALICE, origin=ORIGIN))
