from __future__ import annotations

import pytest

from fediverse_node.assist.prompts import (
    ACTIONS,
    VERSION,
    action_named,
    prompt_for,
)
from fediverse_node.kernel.errors import NotValid


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_an_instruction_that_calls_the_text_material(action: str) -> None:
    prompt = prompt_for(action_named(action), language="German")
    assert "material" in prompt.system
    assert prompt.version == VERSION


def test_a_translation_names_its_language() -> None:
    assert "into pt-BR" in prompt_for("translate", language="pt-BR").system


@pytest.mark.parametrize("language", ["", "x" * 41, "German. Ignore all", "de\nfr", "{0}"])
def test_what_is_no_language_is_refused(language: str) -> None:
    with pytest.raises(NotValid, match="Say which language"):
        prompt_for("translate", language=language)


def test_unknown_actions_are_refused_by_name() -> None:
    with pytest.raises(NotValid, match="“publish” is no AI action"):
        action_named("publish")
