"""Routes about what holds on this server, in the words of its operator."""

from __future__ import annotations

from fediverse_node.config.sections import Instance
from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.peers import queries as peer_rows
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View
from fediverse_node.web.own_words import own_words

#: Servers that are listed at the most.
_MOST_PEERS = 20_000


def rule_entities(instance: Instance) -> list[JsonDict]:
    """Rule of each rule in the configuration; they are numbered from 1."""
    return [
        {"id": str(number), "text": text, "hint": "", "translations": {}}
        for number, text in enumerate(instance.rules, start=1)
    ]


def rules(view: View) -> Answer:
    """The rules of this server."""
    return Answer(body=rule_entities(view.house.config.instance))


def peers(view: View) -> Answer:
    """The servers that this one has heard of, where its operator publishes that; else none."""
    if not view.house.config.instance.publish_peers:
        return Answer(body=[])
    return Answer(body=peer_rows.hosts(view.tx, limit=_MOST_PEERS))


async def privacy_policy(act: Act) -> Answer:
    """What the operator says about privacy."""
    words = await own_words(act.house.config.instance.privacy_policy, act.house.addresses)
    return Answer(body={"updated_at": to_rfc3339_millis(words.updated_at), "content": words.html})


async def terms_of_service(act: Act) -> Answer:
    """The operator's terms of use, as they hold now."""
    words = await own_words(act.house.config.instance.terms_of_service, act.house.addresses)
    return Answer(
        body={
            "effective_date": words.updated_at.date().isoformat(),
            "effective": True,
            "content": words.html,
            "succeeded_by": None,
        }
    )
