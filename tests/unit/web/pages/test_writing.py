from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.accounts.model import Account
from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts.model import Post, Visibility
from fediverse_node.web.pages.deciding import Ticks
from fediverse_node.web.pages.writing import Picked, Typed, draft_of, from_form, from_intent

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ACCOUNT = Account(id=1, actor_id=1, language="ar", visibility="unlisted", created_at=NOW)
TYPED = Typed(text="Hello", language="en", visibility="public", key="k" * 20)
PARENT = Post(
    id=1, uri="https://there.example/1", actor_id=2, local=False, visibility="private",
    published_at=NOW, created_at=NOW,
)  # fmt: skip


def test_an_empty_form_has_the_accounts_own_defaults_and_no_yes() -> None:
    typed = from_intent({}, ACCOUNT, language="en")
    assert (typed.text, typed.language, typed.visibility, typed.ticks.purposes) == ("", "ar", "unlisted", ())
    assert typed.key != from_intent({}, ACCOUNT, language="en").key


@given(st.dictionaries(st.sampled_from([*Typed.__slots__, "content", "name", "inReplyTo"]), st.text()))
def test_no_intent_decides_who_sees_it_or_says_yes(query: dict[str, str]) -> None:
    typed = from_intent(query, ACCOUNT, language="en")
    assert (typed.visibility, typed.language, typed.ticks.purposes) == ("unlisted", "ar", ())
    assert (typed.suggestions, typed.before, typed.options) == ((), "", "")


@given(
    st.dictionaries(st.sampled_from(Typed.__slots__), st.text(), max_size=13),
    st.sampled_from(["public", "unlisted", "private", "direct"]),
)
def test_any_form_can_be_read_and_holds_nothing_that_cannot_be_stored(
    sent: dict[str, str], visibility: Visibility
) -> None:
    typed = from_form({**sent, "visibility": visibility})
    assert typed.visibility == visibility
    assert "\0" not in f"{typed.text}{typed.summary}{typed.answering}{typed.options}{typed.key}{typed.before}"
    assert len(typed.once) <= 255


@given(st.text(st.characters(exclude_characters="\r\0", codec="utf-8")))
def test_a_text_comes_back_as_it_was_typed(text: str) -> None:
    sent = parse_qs(urlencode({"text": text.replace("\n", "\r\n"), "visibility": "public"}))
    form = {name: values[0] for name, values in sent.items()}
    assert from_form(form).text == text


@pytest.mark.parametrize("visibility", ["", "everybody", "PUBLIC"])
def test_a_visibility_that_there_is_not_is_no_other_one(visibility: str) -> None:
    with pytest.raises(NotValid):
        from_form({"visibility": visibility})


def test_the_same_form_is_the_same_post_and_another_word_another() -> None:
    assert TYPED.once == replace(TYPED).once
    assert TYPED.once != replace(TYPED, text="Hello!").once
    assert TYPED.once != replace(TYPED, key="j" * 20).once
    # What stands in one field cannot look like two.
    split = replace(TYPED, text="a", summary="b")
    assert split.once != replace(TYPED, text="a'\0'b", summary="").once


@pytest.mark.parametrize(
    ("visibility", "training", "said"),
    [("public", False, False), ("public", True, True), ("unlisted", False, None), ("direct", True, True)],
)
def test_the_box_always_speaks_for_a_public_post(
    visibility: Visibility,
    training: bool,  # noqa: FBT001 a value of a table
    said: bool | None,  # noqa: FBT001 as above
) -> None:
    draft = draft_of(replace(TYPED, visibility=visibility, ticks=Ticks(training=training)), parent_id=None)
    assert (draft.training_use, draft.method) == (said, "page")


def test_a_picture_is_allowed_only_along_with_its_post() -> None:
    typed = replace(TYPED, pictures=(Picked(id=7, allowed=True), Picked(id=8)))
    with pytest.raises(NotValid, match="together with its post"):
        draft_of(typed, parent_id=None)
    both = replace(typed, ticks=Ticks(training=True))
    assert draft_of(both, parent_id=None).allowing.media == ("7",)
    assert not any(each.allowed for each in both.undecided().pictures)


def test_who_is_not_asked_and_says_nothing_has_said_nothing() -> None:
    assert draft_of(TYPED, parent_id=None, asked=False).training_use is None
    assert draft_of(TYPED, parent_id=None).training_use is False
    ticked = replace(TYPED, ticks=Ticks(uses=("ai-input",)))
    assert draft_of(ticked, parent_id=None, asked=False).training_use is True


def test_a_suggestion_takes_the_place_of_the_text_and_can_be_put_back() -> None:
    once = replace(TYPED, ticks=Ticks(training=True)).with_suggestion("Better", "handle-1")
    assert (once.text, once.before, once.suggestions, once.ticks.training) == (
        "Better",
        "Hello",
        ("handle-1",),
        False,
    )
    twice = once.with_suggestion("Best", "handle-2")
    back = twice.without_suggestion()
    assert (back.text, back.suggestions) == ("Better", ("handle-1",))
    assert draft_of(twice, parent_id=None).suggestion_handle == "handle-2"


def test_an_answer_is_never_for_more_people_than_what_it_answers() -> None:
    assert TYPED.to_answer(PARENT, []).visibility == "private"
    assert replace(TYPED, visibility="direct").to_answer(PARENT, []).visibility == "direct"


def test_an_answer_names_each_person_once() -> None:
    typed = replace(TYPED, text="@Bob@there.example hi").to_answer(
        PARENT, ["@bob@there.example", "@eve@there.example"]
    )
    assert typed.text == "@eve@there.example @Bob@there.example hi"
