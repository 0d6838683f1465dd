"""`keys list` and `keys rotate`, as the operations behind the commands."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.kernel.errors import NotFound
from fediverse_node.web.control.routes import OPERATIONS
from tests.fixtures.nodes import LiveNode, running_node


async def ask(alpha: LiveNode, operation: str, **arguments: Any) -> dict[str, Any]:
    return await OPERATIONS[operation](alpha.node, arguments, lambda _: None)


async def test_keys_are_listed_and_replaced_for_people_and_for_the_server(database_url: str) -> None:
    async with running_node(database_url) as alpha:
        await alpha.add_person("alice")
        before = (await ask(alpha, "keys.list"))["keys"]
        assert [(key["handle"], key["kind"], key["replaced_at"]) for key in before] == [
            (f"@{alpha.domain}@{alpha.domain}", "rsa", None),
            (f"@{alpha.domain}@{alpha.domain}", "ed25519", None),
            (f"@alice@{alpha.domain}", "rsa", None),
            (f"@alice@{alpha.domain}", "ed25519", None),
        ]
        made = await ask(alpha, "keys.rotate", name="alice", blind=False)
        assert (made["handle"], made["told"]) == (f"@alice@{alpha.domain}", True)
        made = await ask(alpha, "keys.rotate", name=None, blind=True)
        assert not made["told"]
        after = (await ask(alpha, "keys.list"))["keys"]
        assert {key["fingerprint"] for key in before} & {key["fingerprint"] for key in after} == {
            before[3]["fingerprint"]
        }
        assert [bool(key["replaced_at"]) for key in after] == [False, False, False, False, True]
        with pytest.raises(NotFound):
            await ask(alpha, "keys.rotate", name="nobody")
