"""Operations on accounts and their tokens."""

from __future__ import annotations

import asyncio

from fediverse_node.accounts import browsers, passwords
from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.model import Account
from fediverse_node.actors import local
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.node import Node
from fediverse_node.oauth import scopes, tokens
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.operation import JsonDict, Progress


async def create(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, password?}` → the account."""
    del progress
    addresses = Addresses(node.config.origin)
    password = arguments.get("password")
    hashed = await asyncio.to_thread(passwords.hash_password, password) if password is not None else None
    new_keys = await asyncio.to_thread(local.generate_keys)

    def store(tx: Tx) -> tuple[Account, Actor]:
        actor = local.new_local_actor(tx, addresses, arguments["name"], local_keys=new_keys)
        language = node.config.instance.languages[0] if node.config.instance.languages else "en"
        return accounts.create(tx, actor.id, password_hash=hashed, language=language), actor

    return describe(*await node.db.write(store))


async def listing(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{accounts: [...]}`, oldest first."""
    del arguments, progress
    found = await node.db.read(accounts.every)
    standing = [(account, actor) for account, actor in found if actor.deleted_at is None]
    return {"accounts": [describe(account, actor) for account, actor in standing]}


async def set_password(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, password}` → `{handle, signed_out}`: how many browsers were; apps are, too (OAU-14)."""
    del progress
    hashed = await asyncio.to_thread(passwords.hash_password, arguments["password"])

    def store(tx: Tx) -> JsonDict:
        account, actor = account_named(tx, arguments["name"])
        accounts.set_password(tx, account.id, hashed)
        browsers.forget(tx, account.id)
        return {"handle": actor.handle, "signed_out": tokens.sign_out_everywhere(tx, account.id)}

    return await node.db.write(store)


async def create_token(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, scopes, app?}` → `{token}`. The only time the token can be read."""
    del progress

    def store(tx: Tx) -> str:
        account, actor = account_named(tx, arguments["name"])
        if not account.moderates and scopes.ADMIN & set(arguments["scopes"].split()):
            raise NotValid(f"{actor.handle} does not moderate: “account role” lets them.")
        app_name = arguments.get("app") or "command line"
        return tokens.issue(tx, account.id, scopes=arguments["scopes"], app_name=app_name)

    return {"token": await node.db.write(store)}


def account_named(tx: Tx, name: str) -> tuple[Account, Actor]:
    """The account *name* and its actor.

    Raises:
        NotFound: there is none.
    """
    found = accounts.by_username(tx, name.removeprefix("@"))
    if found is None or found[1].deleted_at is not None:
        raise NotFound(f"There is no account {name} here. `account list` shows those there are.")
    return found


def describe(account: Account, actor: Actor) -> JsonDict:
    """What the command line shows of an account."""
    return {
        "id": str(account.id),
        "name": actor.username,
        "handle": actor.handle,
        "uri": actor.uri,
        "page": actor.url,
        "created_at": to_rfc3339(account.created_at),
        "disabled": account.disabled_at is not None,
    }
