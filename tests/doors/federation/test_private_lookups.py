"""What is fetched because somebody asked for it is shown to nobody who may not see it."""

from __future__ import annotations

import pytest

from tests.doors.federation.conftest import Street
from tests.fixtures.nodes import Person


async def found(street: Street, who: Person, uri: str) -> list[str]:
    params = {"q": uri, "resolve": "true", "type": "statuses"}
    async with street.node.http.get("/api/v2/search", params=params, headers=who.bearer) as answer:
        assert answer.status == 200
        return [each["id"] for each in (await answer.json())["statuses"]]


async def status(street: Street, who: Person, id_: str) -> int:
    async with street.node.http.get(f"/api/v1/statuses/{id_}", headers=who.bearer) as answer:
        return answer.status


@pytest.mark.parametrize("is_open", [True, False])
async def test_a_post_that_one_person_looked_up_is_not_open_to_others(  # PRI-15
    street: Street, *, is_open: bool
) -> None:
    dave = await street.node.add_person("dave")
    await street.befriend(street.bob)
    audience = "https://www.w3.org/ns/activitystreams#Public" if is_open else street.bob.followers
    note = street.bob.note("<p>For some</p>", to=[audience], cc=[])

    [id_] = await found(street, street.alice, note["id"])

    assert await status(street, street.alice, id_) == 200
    assert await found(street, dave, note["id"]) == ([id_] if is_open else [])
    assert await status(street, dave, id_) == (200 if is_open else 404)
