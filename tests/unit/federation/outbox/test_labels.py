from __future__ import annotations

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox import labels
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.publish import Draft, publish
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


@pytest.mark.parametrize("language", [*labels.LINES, "en-GB", "DE", "xx", None])
def test_the_line_is_in_the_language_of_the_post_and_survives_the_sanitiser(language: str | None) -> None:
    part = labels.with_suggestion(labels.NONE, suggestion())
    html = labels.labelled_html("<p>x</p>", part, language=language, addresses=ADDRESSES)
    line = labels.line_in(language)
    assert html.startswith(f"<p>x</p><p>{line} <a href=")
    shown = sanitise(html)
    assert line in shown
    assert "#<span>AIassisted</span></a></p>" in shown
    assert f'href="{ADDRESSES.origin}/tags/aiassisted"' in shown
    assert 'class="mention hashtag"' in shown


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
    assert (draft.disclosure, draft.human_reviewed) == ("ai-assisted", True)
