"""What a client's Note says beside its text: a model's part in it, who may do what, a poll."""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypedDict

from fediverse_node.activitystreams.documents import AiClaims, ObjectDoc
from fediverse_node.activitystreams.read_interaction import PermissionDoc
from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE, PUBLIC
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox import labels
from fediverse_node.federation.outbox.labels import AiPart
from fediverse_node.federation.outbox.polling import DraftPoll
from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts.model import AiTool
from fediverse_node.quotes.model import Audience
from fediverse_node.web.federation.c2s_door import NotOffered

_COMPOSITE: Final = f"{DIGITAL_SOURCE_TYPE}compositeWithTrainedAlgorithmicMedia"
_BY_MODELS: Final = frozenset({_COMPOSITE, f"{DIGITAL_SOURCE_TYPE}trainedAlgorithmicMedia"})
#: Where it says who wrote it, and not what kind of source that is.
_WITHOUT_A_WORD: Final = {
    labels.DISCLOSURE: _COMPOSITE,
    labels.AUTONOMOUS: f"{DIGITAL_SOURCE_TYPE}trainedAlgorithmicMedia",
}


class Policies(TypedDict):
    """Who may do what with a post."""

    reply_policy: Audience | None
    quote_policy: Audience | None
    boost_policy: Audience | None


def ai_part(claims: AiClaims) -> AiPart:
    """A model's part, in our words; nothing said is nothing claimed.

    Raises:
        NotValid: two of the claims contradict each other.
        NotOffered: “aiDisclosure” is none of the three words.
    """
    by_model = bool(claims.ai_tools) or claims.digital_source_type in _BY_MODELS
    disclosure = claims.ai_disclosure or (labels.DISCLOSURE if by_model else labels.HUMAN_ONLY)
    if disclosure == labels.HUMAN_ONLY:
        if by_model:
            raise NotValid("“aiDisclosure” says that no model took part, and the rest says that one did.")
        return labels.NONE
    if disclosure not in labels.RANKS:
        raise NotOffered("“aiDisclosure” is “human-only”, “ai-assisted” or “ai-autonomous”.")
    reviewed = claims.human_reviewed is True
    if reviewed and disclosure == labels.AUTONOMOUS:
        raise NotValid("What a person reviewed is “ai-assisted”. “ai-autonomous” was reviewed by nobody.")
    return AiPart(
        disclosure=disclosure,
        digital_source_type=claims.digital_source_type or _WITHOUT_A_WORD[disclosure],
        tools=tuple(
            AiTool(name=tool.name, provider=tool.provider, action=tool.action) for tool in claims.ai_tools
        ),
        # Only an author who says so has read it.
        human_reviewed=reviewed,
    )


def policies(doc: ObjectDoc, actor: Actor) -> Policies:
    """Who may answer, quote and boost it.

    Raises:
        NotOffered: others than everybody, followers, those whom the author follows, or nobody.
    """
    found = doc.policy
    return Policies(
        reply_policy=_audience(found.can_reply if found else None, actor),
        quote_policy=_audience(found.can_quote if found else None, actor),
        boost_policy=_audience(found.can_announce if found else None, actor),
    )


def poll(doc: ObjectDoc, now: datetime) -> DraftPoll | None:
    """What a Question asks.

    Raises:
        NotValid: it has no answers, or no end.
    """
    if doc.type != "Question":
        return None
    if doc.poll is None or doc.poll.end_time is None:
        raise NotValid("A Question needs “oneOf” or “anyOf”, and “endTime”.")
    return DraftPoll(
        options=tuple(option.name for option in doc.poll.options),
        expires_in=round((doc.poll.end_time - now).total_seconds()),
        multiple=doc.poll.multiple,
    )


def _audience(permission: PermissionDoc | None, actor: Actor) -> Audience | None:
    if permission is None:
        return None
    known: dict[str | None, Audience] = {
        PUBLIC: "public",
        actor.followers: "followers",
        actor.following: "following",
        actor.uri: "nobody",
    }
    named = [each for each in permission.automatic if each != actor.uri] or [actor.uri]
    audience = known.get(named[0])
    if permission.manual or len(named) > 1 or audience is None:
        raise NotOffered(
            "“interactionPolicy” can name everybody, your followers, whom you follow, or yourself."
        )
    return audience
