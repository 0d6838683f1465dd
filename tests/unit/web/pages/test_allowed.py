from __future__ import annotations

from fediverse_node.consent.model import Decision
from fediverse_node.web.pages.allowed import MAX_BYTES, Allowed, fitting
from fediverse_node.web.pages.robots import _text
from tests.readers import robots

YES = Decision(train_ai=True)
#: As long as paths get: the longest name and the longest number.
PATHS = [f"/users/{'a' * 30}/posts/{10**18 + number}$" for number in range(4000)]
AGENTS = [f"Gatherer{number:03d}" for number in range(100)]


def test_what_does_not_fit_is_left_out_and_stays_a_no() -> None:
    text = _text([Allowed(pattern=path, decision=YES) for path in PATHS], AGENTS, "https://x.example/rsl.xml")

    assert MAX_BYTES * 0.99 < len(text.encode()) <= robots.MAX_BYTES
    first, last = PATHS[0].removesuffix("$"), PATHS[-1].removesuffix("$")
    assert (robots.training(text, "*", first), robots.training(text, "*", last)) == ("y", "n")
    # The end of the file is what sends gatherers away.
    assert robots.may_fetch(text, AGENTS[-1], first)
    assert not robots.may_fetch(text, AGENTS[-1], last)
    assert not robots.may_fetch(text, AGENTS[0], "/")


def test_all_that_fits_is_there() -> None:
    found = [Allowed(pattern=path, decision=YES) for path in PATHS[:3]]

    assert fitting(found, used=0, each=35) == found
    assert fitting(found, used=MAX_BYTES, each=35) == []
    text = _text(found, [], "https://x.example/rsl.xml")
    assert [robots.training(text, "*", path.removesuffix("$")) for path in PATHS[:4]] == ["y", "y", "y", "n"]
