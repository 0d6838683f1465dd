"""Operations on blocks, reports, servers and suspensions."""

from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import lookup as discovery
from fediverse_node.federation.outbox import block as blocking
from fediverse_node.federation.outbox import exclude
from fediverse_node.federation.outbox import report as reporting
from fediverse_node.federation.outbox.exclude import Effect
from fediverse_node.federation.profiles import lapse
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.ids import parse_id
from fediverse_node.kernel.text import parse_handle
from fediverse_node.moderation import acts, ai_filters, reports, servers, sharing
from fediverse_node.moderation.model import DomainBlock, Report, canonical_domain
from fediverse_node.node import Node
from fediverse_node.storage.paging import MAX_LIMIT, Page
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.accounts import account_named
from fediverse_node.web.control.desks import desk_of, id_meant, post_meant
from fediverse_node.web.control.operation import JsonDict, Progress


async def block(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, handle}`: the account `name` blocks somebody → `{handle, uri}`."""
    del progress
    _, actor = await node.db.read(lambda tx: account_named(tx, arguments["name"]))
    desk = desk_of(node)
    target = await discovery.lookup(desk.discovery, arguments["handle"])
    if not isinstance(target, Actor):
        raise NotValid(f"{arguments['handle']} is not somebody who can be blocked.")
    await blocking.block(desk, actor, target.id)
    return {"handle": target.handle, "uri": target.uri}


async def unblock(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, handle}`: the account `name` blocks somebody no longer → `{handle, uri}`."""
    del progress

    def find(tx: Tx) -> tuple[Actor, Actor]:
        return account_named(tx, arguments["name"])[1], actor_meant(tx, node, arguments["handle"])

    actor, target = await node.db.read(find)
    await blocking.unblock(desk_of(node), actor, target.id)
    return {"handle": target.handle, "uri": target.uri}


async def report(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{name, handle, posts, comment, forward}`: the account `name` reports somebody → the report."""
    del progress
    meant = [await id_meant(node, text) for text in arguments["posts"]]

    def find(tx: Tx) -> tuple[Actor, Actor, list[int]]:
        about = [post_meant(tx, text).id for text in meant]
        return account_named(tx, arguments["name"])[1], actor_meant(tx, node, arguments["handle"]), about

    actor, target, about = await node.db.read(find)
    made = await reporting.report(
        desk_of(node),
        actor,
        target.id,
        post_ids=about,
        comment=arguments["comment"],
        forward=arguments["forward"],
    )
    return await node.db.read(lambda tx: _shown(tx, made))


async def list_reports(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{closed}` → `{reports: [...]}`, newest first."""
    del progress

    def unit(tx: Tx) -> list[JsonDict]:
        found = reports.listing(tx, Page(limit=MAX_LIMIT), closed=arguments["closed"])
        return [_shown(tx, each) for each in found]

    return {"reports": await node.db.read(unit)}


async def show_report(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{id}` → the report."""
    del progress
    return await node.db.read(lambda tx: _shown(tx, _meant(tx, arguments["id"])))


async def close_report(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{id}`: the operator is done with it → the report."""
    del progress

    def unit(tx: Tx) -> JsonDict:
        reports.close(tx, _meant(tx, arguments["id"]).id)
        return _shown(tx, _meant(tx, arguments["id"]))

    return await node.db.write(unit)


async def block_domain(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{domain, severity, reject_media, reject_reports, comment, obfuscate}` → the rule, and what it did."""
    del progress
    rule = DomainBlock(
        domain=canonical_domain(arguments["domain"]),
        severity=sharing.severity_of(arguments["severity"]),
        reject_media=arguments["reject_media"],
        reject_reports=arguments["reject_reports"],
        public_comment=arguments["comment"],
        obfuscate=arguments["obfuscate"],
    )
    did = await node.db.write(lambda tx: exclude.decide(tx, rule, own_domain=node.config.domain))
    return {**_rule(rule), **_effect(did)}


async def unblock_domain(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{domain}` → `{domain, shown}`: how many actors are shown again."""
    del progress
    domain = canonical_domain(arguments["domain"])
    did = await node.db.write(lambda tx: exclude.withdraw(tx, domain))
    if did is None:
        raise NotFound(f"There is no rule for {domain}. `domain list` shows those there are.")
    return {"domain": domain, **_effect(did)}


async def list_domains(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{}` → `{domains: [...], csv}`."""
    del arguments, progress
    rules = await node.db.read(servers.every)
    return {"domains": [_rule(rule) for rule in rules], "csv": sharing.write(rules)}


async def import_domains(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{csv, dry_run}` → `{changes: [{change, ...rule}], refused, hidden, turned_back, dry_run}`.

    Removes no rule. `refused` has the lines that could not be used: `[{line, text, reason}]`.
    """
    del progress
    read = sharing.read(arguments["csv"], own_domain=node.config.domain)
    refused = [{"line": each.line, "text": each.text, "reason": each.reason} for each in read.refused]

    def unit(tx: Tx) -> JsonDict:
        found = exclude.changes(servers.every(tx), read.rules)
        effects = []
        if not arguments["dry_run"]:
            effects = [exclude.decide(tx, rule, own_domain=node.config.domain) for _, rule in found]
        total = Effect(
            hidden=sum(each.hidden for each in effects),
            shown=sum(each.shown for each in effects),
            turned_back=sum(each.turned_back for each in effects),
        )
        changes = [{"change": what, **_rule(rule)} for what, rule in found]
        about = {"changes": changes, "refused": refused, "dry_run": arguments["dry_run"]}
        return {**about, **_effect(total)}

    run = node.db.read if arguments["dry_run"] else node.db.write
    return await run(unit)


async def suspend(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{handle}` → `{handle, uri, suspended}`: somebody here or elsewhere, by a name or a handle."""
    del progress

    def unit(tx: Tx) -> JsonDict:
        found = actor_meant(tx, node, arguments["handle"])
        exclude.suspend(tx, found)
        acts.note(tx, None, "suspend", found.handle)
        return {"handle": found.handle, "uri": found.uri, "suspended": True}

    return await node.db.write(unit)


async def unsuspend(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{handle}` → `{handle, uri, suspended}`: still true where the whole server is shut out."""
    del progress
    meant = await node.db.read(lambda tx: actor_meant(tx, node, arguments["handle"]))
    # What the suspension ended must not come back, also where nobody has noted it yet.
    await lapse.end_all(node.db, meant.id)

    def unit(tx: Tx) -> JsonDict:
        found = actor_meant(tx, node, arguments["handle"])
        acts.note(tx, None, "unsuspend", found.handle)
        return {"handle": found.handle, "uri": found.uri, "suspended": not servers.unsuspend(tx, found)}

    return await node.db.write(unit)


async def filter_ai(node: Node, arguments: JsonDict, progress: Progress) -> JsonDict:
    """`{hides?}` → `{hides}`: what the public timelines leave out of what models wrote."""
    del progress
    wanted = arguments.get("hides")
    if wanted is not None:
        hides = ai_filters.filter_named(wanted)
        await node.db.write(lambda tx: ai_filters.choose_for_all(tx, hides))
    return {"hides": await node.db.read(lambda tx: ai_filters.for_timeline(tx, None, in_public=True))}


def actor_meant(tx: Tx, node: Node, text: str) -> Actor:
    """Whom a name, a handle or an id means, as far as they are known here.

    Raises:
        NotFound: nobody known here.
    """
    found = actors.by_uri(tx, text)
    handle = parse_handle(text) if found is None else None
    if handle is not None:
        found = actors.by_handle(tx, handle.name, handle.host or node.config.domain)
    if found is None:
        raise NotFound(f"{text} is nobody known here.")
    return found


def _meant(tx: Tx, text: str) -> Report:
    number = parse_id(text)
    found = reports.by_id(tx, number) if number is not None else None
    if found is None:
        raise NotFound(f"There is no report {text}. `reports list` shows those there are.")
    return found


def _shown(tx: Tx, found: Report) -> JsonDict:
    people = actors.by_ids(tx, [found.reporter_id, found.target_id])
    return {
        "id": str(found.id),
        "from": people[found.reporter_id].handle,
        "about": people[found.target_id].handle,
        "posts": list(found.post_uris),
        "comment": found.comment,
        "came_from_elsewhere": found.uri is not None,
        "forwarded": found.forwarded,
        "at": to_rfc3339(found.created_at),
        "closed_at": to_rfc3339(found.closed_at) if found.closed_at else None,
    }


def _rule(rule: DomainBlock) -> JsonDict:
    return {name: getattr(rule, name) for name in sharing.COLUMNS}


def _effect(did: Effect) -> JsonDict:
    return {"hidden": did.hidden, "shown": did.shown, "turned_back": did.turned_back}
