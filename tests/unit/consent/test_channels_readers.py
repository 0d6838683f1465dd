"""Whatever was decided: who reads one of the channels as its own standard says hears exactly that."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent import channels, terms
from fediverse_node.consent.decisions import decision_for
from fediverse_node.consent.model import OPEN_DATASET, PURPOSES, Decision, Entry, Subject
from tests.readers import aipref, noai, rsl, tdmrep

ADDRESSES = Addresses("https://alpha.example")
PATH = "/users/alice/posts/1"
FILE = [{"location": "/", "tdm-reservation": 1}]

decisions = st.builds(
    Decision,
    train_ai=st.booleans(),
    dataset=st.booleans(),
    ai_input=st.booleans(),
    media=st.sampled_from([(), ("0" * 64,)]),
    receipt=st.one_of(st.none(), st.integers(1, 2**63)),
)


@st.composite
def states(draw: st.DrawFn) -> tuple[Subject, Entry | None, bool]:
    """A post, the last line about it, and whether a yes to training is in force, as it is told to authors."""
    post = Subject(
        object_uri=f"https://alpha.example{PATH}",
        author_uri="https://alpha.example/users/alice",
        revision="1" * 64,
        public=draw(st.booleans()),
        own=draw(st.booleans()),
        present=draw(st.booleans()),
        sensitive=draw(st.booleans()),
    )
    if not draw(st.integers(0, 5)):
        return post, None, False
    entry = Entry(
        seq=draw(st.integers(1, 2**63)),
        at=datetime(2026, 1, 2, tzinfo=UTC),
        kind=draw(st.sampled_from(["grant", "grant", "grant", "deny", "withdraw", "supersede", "erase"])),
        actor_uri=draw(
            st.sampled_from([post.author_uri, post.author_uri, "https://alpha.example/users/bob"])
        ),
        object_uri=post.object_uri,
        revision=draw(st.sampled_from([post.revision, post.revision, "2" * 64])),
        purposes=draw(st.sampled_from([OPEN_DATASET, PURPOSES, ("train-ai",), ("ai-input",)])),
        terms_id=terms.CURRENT.id,
        terms_sha256=draw(st.sampled_from([terms.CURRENT.sha256, terms.CURRENT.sha256, "0" * 64])),
        method="page",
        sensitive=draw(st.booleans()),
    )
    stands = (
        (entry.kind == "grant" and entry.actor_uri == post.author_uri)
        and (entry.revision == post.revision and entry.terms_sha256 == terms.CURRENT.sha256)
        and (post.public and post.own and post.present)
        and (entry.sensitive or not post.sensitive)
    )
    return post, entry, stands and "train-ai" in entry.purposes


@given(state=states())
def test_in_every_state_every_reader_hears_what_the_ledger_says(
    state: tuple[Subject, Entry | None, bool],
) -> None:
    post, entry, yes = state
    check(decision_for(post, entry), yes=yes)


@given(decision=decisions)
def test_each_channel_says_what_was_decided(decision: Decision) -> None:
    check(decision, yes=decision.train_ai)


def check(decision: Decision, *, yes: bool) -> None:
    said = "y" if yes else "n"
    headers, meta = channels.headers(decision, ADDRESSES), dict(channels.html_meta(decision, ADDRESSES))
    terms, rights = channels.object_terms(decision, ADDRESSES), channels.rights(decision, ADDRESSES)

    assert aipref.statement(headers["Content-Usage"]) == said
    assert aipref.statement(terms["contentUsage"]) == said
    assert aipref.feed_item(rights) == said
    for reading in (tdmrep.reserved(FILE, PATH, headers, {}), tdmrep.reserved(FILE, PATH, {}, meta)):
        assert reading is not yes
    for directives in (headers.get("X-Robots-Tag"), meta.get("robots"), terms.get("xRobotsTag")):
        assert noai.refused([directives or ""]) is not yes
    assert rsl.permits(channels.rsl([(f"{PATH}$", decision)], ADDRESSES), PATH, "ai-train") is yes


@given(decision=decisions)
def test_a_licence_file_says_it_for_that_address_alone(decision: Decision) -> None:
    text = channels.rsl([(f"{PATH}$", decision)], ADDRESSES)

    assert rsl.permits(text, PATH, "ai-train") is decision.train_ai
    assert rsl.permits(text, PATH, "ai-input") is decision.ai_input
    assert rsl.permits(text, PATH, "search")
    for other in ("/", f"{PATH}2", f"{PATH}/replies", "/users/bob/posts/1"):
        assert not rsl.permits(text, other, "ai-train")
        assert not rsl.permits(text, other, "ai-input")


def test_no_word_of_ours_is_put_into_the_vocabulary_of_others() -> None:
    # Recipients of Content-Usage must ignore labels they do not know; there is none for ai-input yet.
    assert channels.content_usage(Decision(ai_input=True)) == "train-ai=n"


def test_a_miner_reads_in_the_policy_that_consent_is_needed() -> None:
    policy = channels.tdm_policy(ADDRESSES, name="Alpha", contact="admin@alpha.example")

    assert tdmrep.needs_consent(policy)
    assert not tdmrep.needs_consent(policy | {"permission": [{**policy["permission"][0], "duty": []}]})
