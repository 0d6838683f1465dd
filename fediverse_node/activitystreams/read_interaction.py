"""Reading what an author allows others to do with a post, and the documents that say yes to one of them.

FEP-044f and GoToSocial's interaction policies. GoToSocial before 0.21 calls `automaticApproval` and
`manualApproval` `always` and `approvalRequired`; newer versions, and WordPress, send both. Each value may
be one address or several.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import PUBLIC, PUBLIC_ALIASES

#: Actors and collections that one permission may name.
MAX_NAMED: Final = 50
_AUTHORIZATIONS = frozenset({"QuoteAuthorization", "ReplyAuthorization", "AnnounceAuthorization",
                             "ReplyApproval", "AnnounceApproval"})  # fmt: skip


class PermissionDoc(msgspec.Struct, frozen=True):
    """Who may do one thing: at once, or after asking. Ids of actors and of collections."""

    automatic: tuple[str, ...]
    manual: tuple[str, ...]


class PolicyDoc(msgspec.Struct, frozen=True, kw_only=True):
    """`interactionPolicy`. None: nothing is said of it."""

    can_reply: PermissionDoc | None
    can_quote: PermissionDoc | None
    can_announce: PermissionDoc | None
    can_like: PermissionDoc | None


class AuthorizationDoc(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's yes to one post doing something with another.

    Attributes:
        attributed_to: who says yes.
        interacting_object: the post that quotes, answers or boosts.
        interaction_target: the post that is quoted, answered or boosted.
    """

    id: str | None
    type: str | None
    attributed_to: str | None
    interacting_object: str | None
    interaction_target: str | None


def read_policy(document: JsonDict) -> PolicyDoc | None:
    """What the post in *document* says of others' doings; None when it says nothing."""
    node = next(values.nodes(values.either(document, "interactionPolicy", "gts:interactionPolicy")), None)
    if node is None:
        return None
    return PolicyDoc(
        can_reply=_permission(node.get("canReply")),
        can_quote=_permission(node.get("canQuote")),
        can_announce=_permission(node.get("canAnnounce")),
        can_like=_permission(node.get("canLike")),
    )


def read_quote_authorization(document: JsonDict) -> str | None:
    """Where the post in *document* says that the yes to its quote can be read."""
    return values.link(
        values.either(document, "quoteAuthorization", "https://w3id.org/fep/044f#quoteAuthorization")
    )


def read_authorization(document: JsonDict) -> AuthorizationDoc | None:
    """The yes in *document*; None when it is a thing of another kind."""
    kind = values.kind(document)
    if kind not in _AUTHORIZATIONS:
        return None
    return AuthorizationDoc(
        id=values.identifier(document),
        type=kind,
        attributed_to=values.link(document.get("attributedTo")),
        interacting_object=values.link(document.get("interactingObject")),
        interaction_target=values.link(document.get("interactionTarget")),
    )


def _permission(value: Any) -> PermissionDoc | None:
    node = next(values.nodes(value), None)
    if node is None:
        return None
    return PermissionDoc(
        automatic=_named(node.get("automaticApproval"), node.get("always")),
        manual=_named(node.get("manualApproval"), node.get("approvalRequired")),
    )


def _named(newer: Any, older: Any) -> tuple[str, ...]:
    """Both spellings say the same where both are there; the newer one counts."""
    named = values.links(older if newer is None else newer, MAX_NAMED)
    return tuple(dict.fromkeys(PUBLIC if each in PUBLIC_ALIASES else each for each in named))
