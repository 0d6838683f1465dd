from __future__ import annotations

import builtins
from typing import Any

import pytest

from fediverse_node.export.languages import Detector

ENGLISH = "Two herons and a boat, and a long conversation about bridges on the river this morning."
GERMAN = "Zwei Reiher, ein Boot und ein langes Gespräch über Brücken, heute Morgen am Fluss."


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


def test_what_the_author_declared_stands_and_is_scored(detector: Detector) -> None:
    language, score = detector.look(ENGLISH, "en-GB")
    assert language == "en-GB"
    assert score is not None
    assert score > 0.9
    wrong = detector.look(ENGLISH, "ar")
    assert wrong[0] == "ar"
    assert wrong[1] is not None
    assert wrong[1] < 0.1


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (GERMAN, "de"), ("hm", "und")])
def test_what_nobody_declared_is_taken_where_the_detector_is_sure(
    detector: Detector, text: str, language: str
) -> None:
    assert detector.look(text, None)[0] == language


def test_a_language_that_the_detector_does_not_know_has_no_score(detector: Detector) -> None:
    assert detector.look(ENGLISH, "tlh") == ("tlh", None)


def test_nobody_looks_where_it_is_not_wanted_or_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Detector(wanted=False).look(ENGLISH, None) == ("und", None)
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("py3langid"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    detector = Detector()
    assert not detector.works
    assert detector.look(ENGLISH, "en") == ("en", None)
