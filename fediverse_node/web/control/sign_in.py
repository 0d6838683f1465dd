"""Operations that help people in trouble with signing in."""

from __future__ import annotations

import logging

from fediverse_node.accounts import browsers, passkeys, second_factor, sessions
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.node import Node
from fediverse_node.oauth import permissions, tokens
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.operation import JsonDict, Progress

log = logging.getLogger(__name__)


async def show_sessions(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name}` → `{handle, sessions, apps, second_factor, passkeys}`: where and how somebody signs in."""
    del progress

    def unit(tx: Tx) -> JsonDict:
        account, actor = account_named(tx, arguments["name"])
        return {
            "handle": actor.handle,
            "sessions": [
                {
                    "browser": each.browser,
                    "since": to_rfc3339(each.created_at),
                    "last_used": to_rfc3339(each.last_used_at),
                }
                for each in sessions.of_account(tx, account.id)
            ],
            "apps": [
                {"name": each.name, "scopes": list(each.scopes), "since": to_rfc3339(each.since)}
                for each in permissions.of_account(tx, account.id)
            ],
            "second_factor": second_factor.is_asked(tx, account.id),
            "passkeys": [each.name for each in passkeys.of_account(tx, account.id)],
        }

    return await node.db.read(unit)


async def end_sessions(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name}` → `{handle, signed_out}`: every browser and every app is signed out (OAU-14)."""
    del progress

    def unit(tx: Tx) -> JsonDict:
        account, actor = account_named(tx, arguments["name"])
        browsers.forget(tx, account.id)
        return {"handle": actor.handle, "signed_out": tokens.sign_out_everywhere(tx, account.id)}

    return await node.db.write(unit)


async def remove_second_factor(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name}` → `{handle, removed}`: the password is enough again."""
    del progress

    def unit(tx: Tx) -> tuple[int, JsonDict]:
        account, actor = account_named(tx, arguments["name"])
        removed = second_factor.remove(tx, account.id)
        return account.id, {"handle": actor.handle, "removed": removed}

    account_id, done = await node.db.write(unit)
    if done["removed"]:
        log.info("second_factor.removed", extra={"account": account_id})
    return done


async def remove_passkeys(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name}` → `{handle, removed}`: nobody signs in with a passkey of this account any more."""
    del progress

    def unit(tx: Tx) -> JsonDict:
        account, actor = account_named(tx, arguments["name"])
        return {"handle": actor.handle, "removed": passkeys.remove_all(tx, account.id)}

    return await node.db.write(unit)
