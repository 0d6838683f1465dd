from __future__ import annotations

import json

import pytest

from fediverse_node.kernel import errors
from fediverse_node.outbound.errors import Refused, Unreachable
from fediverse_node.web.problems import is_api, problem, status_of
from fediverse_node.web.rate_limits import TooMany


@pytest.mark.parametrize(
    ("error", "status", "api_status"),
    [
        (errors.NotFound(), 404, 404),
        (errors.NotAllowed(), 403, 403),
        (errors.NotAuthenticated(), 401, 401),
        (errors.NotValid(), 400, 422),
        (errors.TooLarge(), 413, 413),
        (errors.Conflict(), 409, 409),
        (errors.Gone(), 410, 410),
        (errors.NotNow(), 503, 503),
        (TooMany(), 429, 429),
        (Refused(), 403, 403),
        (Unreachable(), 503, 503),
        (errors.NodeError(), 500, 500),
    ],
)
def test_each_error_has_one_status(error: errors.NodeError, status: int, api_status: int) -> None:
    assert status_of(error, api=False) == status
    assert status_of(error, api=True) == api_status


def test_every_error_of_ours_has_a_status() -> None:
    def below(kind: type[errors.NodeError]) -> list[type[errors.NodeError]]:
        return [kind, *(each for child in kind.__subclasses__() for each in below(child))]

    for kind in below(errors.NodeError)[1:]:
        assert status_of(kind.__new__(kind), api=False) in {400, 401, 403, 404, 409, 410, 413, 429, 503}, kind


def test_problem_details_are_readable_by_people_and_programs() -> None:
    assert json.loads(problem(404, "Nobody of this name is here.")) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Nobody of this name is here.",
    }


@pytest.mark.parametrize(
    ("path", "api"),
    [("/api/v1/instance", True), ("/oauth/token", True), ("/apiary", False), ("/@api/1", False)],
)
def test_only_the_api_answers_as_mastodon_does(path: str, api: bool) -> None:  # noqa: FBT001 a column of the table
    assert is_api(path) is api
