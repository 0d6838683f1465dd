"""Reading actors, and the documents that key ids lead to."""

from __future__ import annotations

import re
from typing import Any, Final

from fediverse_node.activitystreams import read_parts, values
from fediverse_node.activitystreams.documents import ActorDoc, KeyDocument, PublicKeyDoc
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import ACTOR_TYPES
from fediverse_node.kernel.errors import NotValid, TooLarge
from fediverse_node.kernel.text import MAX_NAME, clean_name

MAX_FIELDS: Final = 16
MAX_BIO: Final = 20_000
MAX_ALIASES: Final = 256
MAX_KEYS: Final = 16
MAX_IMPLEMENTS: Final = 64
MAX_DOMAINS: Final = 256
MAX_DESCRIPTION: Final = 1_500
_MAX_FIELD_VALUE = 2_047
_MAX_KEY_TEXT = 16_384
# Letters, digits and a few joiners; no @, no slash, nothing invisible, nothing that turns text around.
_USERNAME = re.compile(r"\w(?:[\w.~:-]{0,254}[\w-])?")

#: A host name; what attributes articles is a whole site, never an address with a path.
_DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,20}")


def read_actor(document: JsonDict) -> ActorDoc:
    """Who *document* describes.

    Tolerates what stubs leave out (GoToSocial shows an unsigned reader id, name and key only).

    Raises:
        NotValid: no id, no actor type, or a user name that could pass for another.
    """
    id_ = values.identifier(document)
    if id_ is None:
        raise NotValid("An actor needs an “id”.")
    tags = read_parts.tags(document)
    icon_url, icon_type = read_parts.picture(document.get("icon"))
    image_url, image_type = read_parts.picture(document.get("image"))
    return ActorDoc(
        id=id_,
        type=_actor_type(document),
        preferred_username=_username(document),
        name=_name(document.get("name")),
        summary=values.filled(document.get("summary"), MAX_BIO),
        url=_profile_page(document.get("url")),
        inbox=values.link(document.get("inbox")),
        outbox=values.link(document.get("outbox")),
        followers=values.link(document.get("followers")),
        following=values.link(document.get("following")),
        featured=values.link(values.either(document, "featured", "toot:featured")),
        shared_inbox=_shared_inbox(document),
        icon_url=icon_url,
        icon_media_type=icon_type,
        image_url=image_url,
        image_media_type=image_type,
        public_keys=_keys(document, owner=id_),
        manually_approves=values.flag(
            values.either(document, "manuallyApprovesFollowers", "as:manuallyApprovesFollowers")
        ),
        discoverable=values.flag(values.either(document, "discoverable", "toot:discoverable")),
        indexable=values.flag(values.either(document, "indexable", "toot:indexable")),
        suspended=values.flag(values.either(document, "suspended", "toot:suspended")),
        memorial=values.flag(values.either(document, "memorial", "toot:memorial")),
        fields=_fields(document.get("attachment")),
        emojis=read_parts.emojis(tags),
        also_known_as=values.links(values.either(document, "alsoKnownAs", "as:alsoKnownAs"), MAX_ALIASES),
        moved_to=values.link(values.either(document, "movedTo", "as:movedTo")),
        attribution_domains=_domains(
            values.either(document, "attributionDomains", "toot:attributionDomains")
        ),
        icon_description=_description(document.get("icon")),
        image_description=_description(document.get("image")),
        published=values.moment(document.get("published")),
        webfinger=_webfinger(document.get("webfinger")),
        implements=_implements(document),
        raw=document,
    )


def read_key_document(document: JsonDict) -> KeyDocument:
    """What a key id led to: an actor with keys, or one key by itself.

    Raises:
        NotValid: there is no key in it.
    """
    if values.kind(document) in ACTOR_TYPES:
        actor = read_actor(document)
        found = KeyDocument(id=actor.id, owner=actor.id, keys=actor.public_keys, actor=actor)
    else:
        key = _key(document, owner=None)
        id_, owner = values.identifier(document), key.owner if key else None
        keys = (key,) if key else _keys(document, owner=id_)
        found = KeyDocument(id=id_, owner=owner or id_, keys=keys, actor=None)
    if not found.keys:
        raise NotValid("There is no public key in this document.")
    return found


def _actor_type(document: JsonDict) -> str:
    found = read_parts.require_type(document)
    if found not in ACTOR_TYPES:
        raise NotValid(f"“{found[:40]}” is not a type of actor.")
    return found


def _username(document: JsonDict) -> str | None:
    value = values.text(document.get("preferredUsername"))
    if not value:
        return None
    if not _USERNAME.fullmatch(value):
        raise NotValid("“preferredUsername” is not a user name.")
    return value


def _name(value: Any) -> str | None:
    found = values.filled(value, 4 * MAX_NAME)
    return (clean_name(found) or None) if found else None


def _domains(value: Any) -> tuple[str, ...]:
    found = (name.strip().lower() for name in values.items(value) if type(name) is str)
    return tuple(dict.fromkeys(name for name in found if _DOMAIN.fullmatch(name)))[:MAX_DOMAINS]


def _description(value: Any) -> str | None:
    """What a picture shows: `summary` as Mastodon says it, else `name` as ActivityStreams does."""
    picture = next(values.nodes(value), {})
    return values.filled(values.either(picture, "summary", "name"), MAX_DESCRIPTION)


def _profile_page(value: Any) -> str | None:
    for node in values.nodes(value):
        if read_parts.media_type(node) == "text/html" and (page := values.web_address(node)):
            return page
    return values.web_address(value)


def _shared_inbox(document: JsonDict) -> str | None:
    endpoints = next(values.nodes(document.get("endpoints")), {})
    return values.link(endpoints.get("sharedInbox"))


def _webfinger(value: Any) -> str | None:
    found = values.filled(value, 512)
    return found.strip().removeprefix("acct:").removeprefix("@") if found else None


def _implements(document: JsonDict) -> tuple[str, ...]:
    """What the server of this actor says it understands (FEP-844e): of its own, or of its `generator`."""
    about = document if values.kind(document) == "Application" else {}
    generator = next(values.nodes(document.get("generator")), about)
    return values.links(generator.get("implements"), MAX_IMPLEMENTS)


def _fields(value: Any) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for node in values.nodes(value):
        name = values.filled(node.get("name"), 4 * MAX_NAME)
        content = values.text(values.either(node, "value", "schema:value"))
        if (values.kind(node) or "").endswith("PropertyValue") and name and content is not None:
            found.append((clean_name(name), content[:_MAX_FIELD_VALUE]))
    return tuple(found[:MAX_FIELDS])


def _keys(document: JsonDict, *, owner: str | None) -> tuple[PublicKeyDoc, ...]:
    found: dict[tuple[str, str], PublicKeyDoc] = {}
    for name in ("publicKey", "assertionMethod", "authentication"):
        for node in values.nodes(document.get(name)):
            key = _key(node, owner=owner, asserts=name == "assertionMethod")
            if key is not None and (key.asserts or (key.id, key.kind) not in found):
                found[key.id, key.kind] = key
            if len(found) == MAX_KEYS:
                break
    return tuple(found.values())


def _key(node: JsonDict, *, owner: str | None, asserts: bool = False) -> PublicKeyDoc | None:
    id_ = values.identifier(node)
    pem = values.text(node.get("publicKeyPem"))
    multibase = values.text(node.get("publicKeyMultibase"))
    if id_ is None or (pem is None and multibase is None):
        return None
    if len(pem or "") + len(multibase or "") > _MAX_KEY_TEXT:
        raise TooLarge("A public key in this document is too long.")
    return PublicKeyDoc(
        id=id_,
        owner=values.link(node.get("owner")) or values.link(node.get("controller")) or owner,
        pem=pem or None,
        multibase=multibase or None,
        kind="multikey" if pem is None else "pem",
        asserts=asserts,
    )
