"""`keys list`, `keys rotate` and `keys seal`, as the operations behind the commands."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from fediverse_node import app
from fediverse_node.config.sections import Config
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.signing.keys import KeyRing
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.storage.vault import Vault
from fediverse_node.web.control import doctor
from fediverse_node.web.control.routes import OPERATIONS
from tests.fixtures.nodes import LiveNode, lab_config, running_node

ONE, OTHER = b"1" * 32, b"2" * 32


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


async def test_what_is_sealed_still_signs_and_is_sealed_anew(database_url: str) -> None:
    async with running_node(database_url) as alpha:
        alice = await alpha.add_person("alice")
        with pytest.raises(NotValid, match="no key to seal with"):
            await ask(alpha, "keys.seal")
        allowed = await publish(alpha.desk, alice.actor, Draft(text="Hello", training_use=True))
        sealed, unsealed = 6, 0
        for keys, undo, changed in (
            ([ONE], False, sealed),
            ([ONE], False, 0),
            ([OTHER, ONE], False, sealed),
            ([OTHER], True, sealed),
            ([], False, unsealed),
        ):
            alpha.node.db.vault = Vault(keys)
            if keys:
                made = await ask(alpha, "keys.seal", undo=undo)
                assert made == {"sealed": not undo, "changed": changed}
            state, says = (await findings(alpha))["sealing"]
            assert state == ("remark" if undo else "well"), says
            fresh = KeyRing(alpha.node.db)
            for kind in ("rsa", "ed25519"):
                assert (await fresh.key_of(alice.actor.id, kind)).key_id.startswith(alice.actor.uri)
        assert (await ask(alpha, "consent.show", post=allowed.uri))["training_use"] == "yes"


async def findings(alpha: LiveNode) -> dict[str, tuple[str, str]]:
    found = (await doctor.examine(alpha.node, {}, lambda _: None))["findings"]
    return {each["what"]: (each["state"], each["says"]) for each in found}


async def test_a_server_without_the_key_does_not_start(database_url: str) -> None:
    def config(**secrets: bytes) -> Config:
        given = {
            f"FEDIVERSE_NODE_SECRETS__{name.upper()}": b64encode(key).decode()
            for name, key in secrets.items()
        }
        return lab_config("http://127.0.0.1:8080", "alpha", database_url, given)

    async with app.open_node(config(key=ONE)):
        pass
    for wrong in (config(), config(key=OTHER)):
        with pytest.raises(NotValid, match="sealed with a key"):
            async with app.open_node(wrong):
                pass
    async with app.open_node(config(key=OTHER, previous_key=ONE)):
        pass
