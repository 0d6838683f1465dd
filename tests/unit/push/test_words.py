from __future__ import annotations

from typing import get_args

from fediverse_node.notifications.model import NotificationType
from fediverse_node.push.model import ALERTS
from fediverse_node.push.words import title


def test_everything_that_can_be_told_has_words_in_both_languages() -> None:
    for kind in ALERTS:
        english, arabic = (title(kind, "Bob", language) for language in ("en", "ar"))
        assert english != arabic
        assert "Bob" in english
        assert "Bob" in arabic
    assert title("follow", "Bob", "ar-EG") == title("follow", "Bob", "ar")
    assert title("follow", "Bob", "tlh") == title("follow", "Bob", "en")


def test_everything_that_happens_here_can_be_asked_for() -> None:
    assert set(get_args(NotificationType)) <= set(ALERTS)


def test_a_name_is_shown_as_it_is() -> None:
    assert title("follow", "{name} {0}", "en") == "{name} {0} follows you"
