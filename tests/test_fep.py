"""The proposal for other servers says what this server does."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.activitystreams import write
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent.model import Decision
from fediverse_node.federation.builders import note
from fediverse_node.federation.builders.note import NoteParts
from fediverse_node.federation.outbox import labels
from fediverse_node.posts.model import AiTool, Post
from tests.fixtures.golden import ALICE, POST

ORIGIN = "https://home.example"
ADDRESSES = Addresses(origin=ORIGIN)
DRAFT = Path(__file__).parents[1] / "docs" / "fep" / "fep-58af.md"
_PLAIN: dict[str, Any] = {
    "in_reply_to_uri": None,
    "context_uri": None,
    "summary": None,
    "sensitive": False,
    "attachments": (),
    "addressed": (),
}


def assisted() -> NoteParts:
    part = labels.AiPart(
        disclosure="ai-assisted",
        digital_source_type=POST.digital_source_type,
        tools=(AiTool(name="llama3.2", provider="Ollama, here", action="rewrite"),),
        human_reviewed=True,
    )
    return parts("The swifts left this morning.", part)


def allowed() -> NoteParts:
    made = parts("I counted them all summer long.", labels.NONE)
    return replace(made, decision=Decision(train_ai=True, dataset=True, receipt=7))


def parts(text: str, part: labels.AiPart) -> NoteParts:
    post: Post = replace(
        POST,
        **_PLAIN,
        content_html=labels.labelled_html(f"<p>{text}</p>", part, language="en", addresses=ADDRESSES),
        ai_disclosure=part.disclosure,
        digital_source_type=part.digital_source_type,
        ai_tools=part.tools,
        human_reviewed=part.human_reviewed,
    )
    author: Actor = ALICE
    return NoteParts(post=post, author=author, hashtags=labels.labelled_tags([], part, language="en"))


def examples() -> list[Any]:
    return [json.loads(found) for found in re.findall(r"```json\n(.*?)```", DRAFT.read_text(), re.DOTALL)]


@pytest.mark.parametrize(("number", "made"), [(0, assisted()), (1, allowed())])
def test_the_examples_are_what_is_sent(number: int, made: NoteParts) -> None:
    sent = note.document(made, addresses=ADDRESSES)
    example = examples()[number]
    assert {name: sent.get(name) for name in example} == example
    about = {"aiDisclosure", "digitalSourceType", "aiTools", "humanReviewed", "contentUsage", "usageConsent"}
    assert {name for name in about if sent.get(name)} <= set(example)


def test_the_terms_are_those_of_the_context() -> None:
    [context] = examples()[2:]
    known = write.ai_terms(ORIGIN)
    assert {name: known[name] for name in context} == context
    text = DRAFT.read_text()
    for name in context:
        if name not in {"aip", "schemaorg"}:
            assert f"`{name}`" in text


def test_it_has_the_form_that_the_process_asks_for() -> None:
    text = DRAFT.read_text()
    _, front, body = text.split("---\n", 2)
    given = dict(line.split(": ", 1) for line in front.strip().splitlines())
    assert {"slug", "authors", "status", "dateReceived"} <= set(given)
    title = re.search(r"^# FEP-([0-9a-f]{4}): (.+)$", body, re.MULTILINE)
    assert title is not None
    slug = hashlib.sha256(title[2].encode()).hexdigest()[:4]
    assert title[1] == slug == given["slug"].strip('"')
    assert DRAFT.name == f"fep-{slug}.md"
    headings = re.findall(r"^## (.+)$", body, re.MULTILINE)
    assert headings[0] == "Summary"
    assert headings[-2:] == ["References", "Copyright"]
    assert "CC0 1.0" in body
