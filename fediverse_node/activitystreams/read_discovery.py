"""Reading what servers say about names and about themselves: WebFinger and NodeInfo."""

from __future__ import annotations

from typing import Final

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.documents import NodeInfoDoc, WebfingerDoc, WebfingerLink
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import is_activitypub_media_type
from fediverse_node.kernel.errors import NotValid

PROFILE_PAGE: Final = "http://webfinger.net/rel/profile-page"
SUBSCRIBE: Final = "http://ostatus.org/schema/1.0/subscribe"
NODEINFO_REL: Final = "http://nodeinfo.diaspora.software/ns/schema/"
MAX_LINKS: Final = 100
_MAX_WORD = 200


def read_webfinger(document: JsonDict) -> WebfingerDoc:
    """Who the JRD in *document* says the name belongs to (RFC 7033 section 4.4).

    Raises:
        NotValid: it has neither a subject nor links.
    """
    found = tuple(
        WebfingerLink(
            rel=rel,
            type=values.filled(node.get("type"), _MAX_WORD),
            href=values.link(node.get("href")),
            template=values.filled(node.get("template"), 2048),
        )
        for node in list(values.nodes(document.get("links")))[:MAX_LINKS]
        if (rel := values.filled(node.get("rel"), 2048))
    )
    subject = values.filled(document.get("subject"), 2048)
    if subject is None and not found:
        raise NotValid("The answer is not a WebFinger document.")
    return WebfingerDoc(
        subject=subject,
        aliases=values.links(document.get("aliases"), MAX_LINKS),
        links=found,
        self_hrefs=tuple(
            each.href
            for each in found
            if each.rel == "self" and each.href and is_activitypub_media_type(each.type)
        ),
        profile_page=next((each.href for each in found if each.rel == PROFILE_PAGE), None),
        subscribe_template=next((each.template for each in found if each.rel == SUBSCRIBE), None),
    )


def read_nodeinfo_links(document: JsonDict) -> tuple[tuple[str, str], ...]:
    """The (relation, address) pairs of `/.well-known/nodeinfo`.

    Raises:
        NotValid: it has no links.
    """
    pairs = tuple(
        (rel, href)
        for node in list(values.nodes(document.get("links")))[:MAX_LINKS]
        if (rel := values.filled(node.get("rel"), 2048)) and (href := values.web_address(node.get("href")))
    )
    if not pairs:
        raise NotValid("The answer is not a NodeInfo discovery document.")
    return pairs


def read_nodeinfo(document: JsonDict) -> NodeInfoDoc:
    """What a server says it runs (NodeInfo 1.0 to 2.2).

    Raises:
        NotValid: it does not name its software.
    """
    software = next(values.nodes(document.get("software")), {})
    name = values.filled(software.get("name"), _MAX_WORD)
    if name is None:
        raise NotValid("The NodeInfo document does not name its software.")
    usage = next(values.nodes(document.get("usage")), {})
    users = next(values.nodes(usage.get("users")), {})
    return NodeInfoDoc(
        version=values.filled(document.get("version"), _MAX_WORD),
        software_name=name,
        software_version=values.filled(software.get("version"), _MAX_WORD),
        protocols=_protocols(document),
        open_registrations=values.flag(document.get("openRegistrations")),
        users_total=values.count(users.get("total")),
        local_posts=values.count(usage.get("localPosts")),
    )


def _protocols(document: JsonDict) -> tuple[str, ...]:
    found = document.get("protocols")
    if type(found) is dict:  # NodeInfo 1.0: {"inbound": […], "outbound": […]}
        found = [name for direction in found.values() for name in values.items(direction)]
    return tuple(dict.fromkeys(name for name in values.items(found) if type(name) is str))[:MAX_LINKS]
