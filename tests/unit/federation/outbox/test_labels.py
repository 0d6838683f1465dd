from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.accounts import queries as accounts
from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox import labels
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.label_words import WORDS, words_in
from fediverse_node.federation.outbox.labels import AiPart, Said
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.html import sanitise
from fediverse_node.posts.model import Hashtag, Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.suggestions import queries as suggestions
from fediverse_node.suggestions.model import Suggestion
from tests.fixtures.outbox import START
from tests.fixtures.rooms import ADDRESSES


def suggestion(action: str = "rewrite", *, account_id: int = 1, model: str = "m-1") -> Suggestion:
    return Suggestion(
        handle="h",
        account_id=account_id,
        provider="P",
        model=model,
        action=action,
        input_sha256="0" * 64,
        output="",
        created_at=START,
    )


async def labelled(db: Database, desk: Desk, author: Actor) -> Post:
    """A post that a suggestion went into."""

    def unit(tx: Tx) -> None:
        account = accounts.by_actor(tx, author.id)
        assert account is not None
        suggestions.begin(tx, suggestion(account_id=account.id))
        suggestions.finish(tx, "h", "text")

    await db.write(unit)
    return await publish(desk, author, Draft(text="with help", suggestion_handle="h"))


def test_nothing_is_added_where_no_model_took_part() -> None:
    assert labels.labelled_html("<p>x</p>", labels.NONE, language="en", addresses=ADDRESSES) == "<p>x</p>"
    assert labels.labelled_tags([], labels.NONE) == []


@pytest.mark.parametrize("language", [*WORDS, "en-GB", "DE", "xx", None])
@pytest.mark.parametrize("kind", ["reviewed", "unreviewed", "autonomous"])
def test_the_line_is_in_the_language_of_the_post_and_survives_the_sanitiser(
    language: str | None, kind: str
) -> None:
    part = labels.with_suggestion(labels.NONE, suggestion())
    if kind == "autonomous":
        part = labels.raised(part, "ai-autonomous")
    part = replace(part, human_reviewed=kind == "reviewed")
    html = labels.labelled_html("<p>x</p>", part, language=language, addresses=ADDRESSES)
    line = labels.line_in(language, part)
    assert line == getattr(words_in(language), kind)
    assert html.startswith(f"<p>x</p><p>{line} <a href=")
    shown = sanitise(html)
    assert line in shown
    name = "AIgenerated" if kind == "autonomous" else "AIassisted"
    assert shown.endswith(f"#<span>{name}</span></a></p>")
    assert f'href="{ADDRESSES.origin}/tags/{name.lower()}"' in shown
    assert 'class="mention hashtag"' in shown
    assert labels.without_label(post_with(html, part)) == "<p>x</p>"


def post_with(html: str, part: AiPart, *, local: bool = True) -> Post:
    return Post(
        id=1,
        uri="https://a.example/1",
        actor_id=1,
        local=local,
        visibility="public",
        content_html=html,
        ai_disclosure=part.disclosure,
        published_at=START,
        created_at=START,
    )


def test_only_our_own_line_is_taken_off_for_readers() -> None:
    part = labels.with_suggestion(labels.NONE, suggestion())
    link = '<a href="https://a.example/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a>'
    typed = f"<p>Mine {link}</p>"
    html = labels.labelled_html(typed, part, language="de", addresses=ADDRESSES)
    assert labels.without_label(post_with(html, part)) == typed
    assert labels.without_label(post_with(html, part, local=False)) == html
    assert labels.without_label(post_with(typed, labels.NONE)) == typed


def test_the_hashtags_are_those_of_all_and_of_the_language() -> None:
    part = labels.with_suggestion(labels.NONE, suggestion())
    assert [tag.name for tag in labels.labelled_tags([], part, language="en")] == ["AIassisted"]
    german = labels.labelled_tags([], part, language="de-AT")
    assert [tag.name for tag in german] == ["KIunterstützt", "AIassisted"]
    alone = labels.raised(part, "ai-autonomous")
    assert [tag.name for tag in labels.labelled_tags([], alone, language="de")] == [
        "KIgeneriert",
        "AIgenerated",
    ]


def test_a_hashtag_the_author_typed_is_not_added_again() -> None:
    part = labels.with_suggestion(labels.NONE, suggestion())
    mine = [Hashtag(tag="aiassisted", name="aiAssisted")]
    assert labels.labelled_tags(mine, part) == mine
    assert [tag.name for tag in labels.labelled_tags([], part)] == ["AIassisted"]


def test_a_draft_is_the_models_and_everything_else_a_mixture() -> None:
    draft = labels.with_suggestion(labels.NONE, suggestion("draft"))
    assert draft.digital_source_type == f"{DIGITAL_SOURCE_TYPE}trainedAlgorithmicMedia"
    then = labels.with_suggestion(draft, suggestion("shorten"))
    assert then.digital_source_type == f"{DIGITAL_SOURCE_TYPE}compositeWithTrainedAlgorithmicMedia"
    assert [tool.action for tool in then.tools] == ["draft", "shorten"]
    assert labels.with_suggestion(then, suggestion("shorten")).tools == then.tools
    assert (draft.disclosure, draft.human_reviewed) == ("ai-assisted", False)


def test_a_label_is_raised_by_its_author_and_never_lowered() -> None:
    assisted = labels.raised(labels.NONE, "ai-assisted")
    assert assisted.digital_source_type == f"{DIGITAL_SOURCE_TYPE}compositeWithTrainedAlgorithmicMedia"
    alone = labels.raised(assisted, "ai-autonomous")
    assert (alone.disclosure, alone.human_reviewed) == ("ai-autonomous", False)
    for part, lower in ((assisted, "human-only"), (alone, "ai-assisted"), (alone, "human-only")):
        with pytest.raises(NotValid, match="never taken back"):
            labels.raised(part, lower)  # type: ignore[arg-type]  # one of three literals
    assert labels.raised(labels.NONE, "human-only") == labels.NONE


async def test_what_was_reviewed_is_what_its_author_says_and_not_more(db: Database) -> None:
    def unit(tx: Tx) -> None:
        def settled(part: AiPart, said: Said) -> AiPart:
            return labels.settled(tx, part, said, account_id=1, uri="https://a.example/1")

        assisted = labels.with_suggestion(labels.NONE, suggestion())
        assert settled(assisted, Said()).human_reviewed is False
        assert settled(assisted, Said(reviewed=True)).human_reviewed is True
        # Nothing was there to review.
        assert settled(labels.NONE, Said(reviewed=True)) == labels.NONE
        assert settled(assisted, Said(reviewed=True, autonomous=True)).human_reviewed is False
        with pytest.raises(NotValid, match="reviewed by nobody"):
            settled(assisted, Said(reviewed=True, disclosure="ai-autonomous"))
        assert settled(labels.NONE, Said(autonomous=True)).disclosure == "ai-autonomous"

    await db.read(unit)


_STEP = st.tuples(
    st.sampled_from(["suggest", "state", "claim", "edit"]),
    st.sampled_from(["human-only", "ai-assisted", "ai-autonomous"]),
    st.booleans(),
)


@given(st.lists(_STEP, max_size=12))
def test_no_sequence_of_edits_lowers_a_label(steps: list[tuple[str, labels.Disclosure, bool]]) -> None:
    part = labels.NONE
    for kind, word, reviewed in steps:
        before = part
        match kind:
            case "suggest":
                part = labels.with_suggestion(part, suggestion())
            case "state":
                with contextlib.suppress(NotValid):
                    part = labels.raised(part, word)
            case "claim":
                stated = replace(
                    labels.raised(labels.NONE, word), human_reviewed=reviewed and word == "ai-assisted"
                )
                part = labels.combined(part, stated)
            case _:
                part = labels.combined(labels.part_in(post_with("", part)), labels.NONE)
                part = replace(part, tools=before.tools)
        assert labels.RANKS[part.disclosure] >= labels.RANKS[before.disclosure]
        assert set(before.tools) <= set(part.tools)
        assert not (part.disclosure == "ai-autonomous" and part.human_reviewed)
