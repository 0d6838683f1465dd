"""Routes about servers, for those who look after this one. They do what `domain block` does."""

from __future__ import annotations

from typing import Final

from fediverse_node.federation.outbox import exclude
from fediverse_node.kernel.errors import Conflict, NotFound, NotValid
from fediverse_node.moderation import acts, servers, sharing
from fediverse_node.moderation.model import DomainBlock, canonical_domain
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.entities_admin import block_id, domain_block
from fediverse_node.web.client_api.forms import Fields
from fediverse_node.web.client_api.paging import cursors, page_of
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View, path_id

_MOST: Final = 200


def listing(view: View) -> Answer:
    """The rules for servers."""
    page = page_of(view.fields, default=100, most=_MOST)
    rules = sorted(servers.every(view.tx), key=lambda rule: block_id(rule.domain), reverse=True)
    newer = page.since_id or page.min_id or -1
    older = page.max_id if page.max_id is not None else 1 << 63
    wanted = [rule for rule in rules if newer < block_id(rule.domain) < older]
    found = wanted[-page.limit :] if page.min_id is not None else wanted[: page.limit]
    ids = [block_id(rule.domain) for rule in found]
    return Answer(body=[domain_block(rule) for rule in found], cursors=cursors(ids, page))


def show(view: View) -> Answer:
    """The rule for one server."""
    return Answer(body=domain_block(_rule(view.tx, path_id(view.path, "rule"))))


async def create(act: Act) -> Answer:
    """Make a rule for the server `domain`: `severity` is `silence`, `suspend` or `noop`."""
    name = act.fields.text("domain")
    if not name:
        raise NotValid("Say which server: domain.")
    rule = _changed(DomainBlock(domain=canonical_domain(name), severity="silence"), act.fields)

    def unit(tx: Tx) -> JsonDict:
        if servers.find(tx, rule.domain) is not None:
            raise Conflict(f"There is a rule for {rule.domain}. Change that one.")
        return _decided(tx, act, rule)

    return Answer(body=await act.desk.db.write(unit))


async def change(act: Act) -> Answer:
    """Change the rule for a server; what is not sent stays."""
    number = path_id(act.path, "rule")
    return Answer(
        body=await act.desk.db.write(lambda tx: _decided(tx, act, _changed(_rule(tx, number), act.fields)))
    )


async def remove(act: Act) -> Answer:
    """Take the rule for a server back. Follows that ended do not come back."""
    number = path_id(act.path, "rule")

    def unit(tx: Tx) -> None:
        found = _rule(tx, number)
        exclude.withdraw(tx, found.domain)
        acts.note(tx, act.person.account.id, "domain.unblock", found.domain)

    await act.desk.db.write(unit)
    return Answer(body={})


def allows(view: View) -> Answer:
    """Nothing: this server speaks with everybody whom it does not shut out."""
    del view
    return Answer(body=[])


async def allow(act: Act) -> Answer:
    """Refused: there is no list of servers that are spoken with."""
    del act
    raise NotValid("This server keeps no list of allowed servers: it speaks with all that are not shut out.")


def _decided(tx: Tx, act: Act, rule: DomainBlock) -> JsonDict:
    exclude.decide(tx, rule, own_domain=act.house.config.domain)
    acts.note(tx, act.person.account.id, f"domain.{rule.severity}", rule.domain, text=rule.public_comment)
    kept = servers.find(tx, rule.domain)
    assert kept is not None
    return domain_block(kept)


def _rule(tx: Tx, number: int) -> DomainBlock:
    found = next((rule for rule in servers.every(tx) if block_id(rule.domain) == number), None)
    if found is None:
        raise NotFound("There is no such rule.")
    return found


def _changed(rule: DomainBlock, fields: Fields) -> DomainBlock:
    severity, comment = fields.text("severity"), fields.text("public_comment")

    def flag(name: str, *, otherwise: bool) -> bool:
        sent = fields.flag(name)
        return otherwise if sent is None else sent

    return DomainBlock(
        domain=rule.domain,
        severity=sharing.severity_of(severity) if severity else rule.severity,
        public_comment=rule.public_comment if comment is None else comment,
        reject_media=flag("reject_media", otherwise=rule.reject_media),
        reject_reports=flag("reject_reports", otherwise=rule.reject_reports),
        obfuscate=flag("obfuscate", otherwise=rule.obfuscate),
    )
