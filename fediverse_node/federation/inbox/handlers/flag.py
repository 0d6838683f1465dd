"""Flag: another server reports a person of ours, or posts of theirs, to whoever runs this one.

Nothing is told to anybody but the operator, and the answer is the same whatever was named: a Flag must
not be a way to ask which posts there are.
"""

from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import NOTHING, Applied, Context, Found, Ignored, Outcome
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.kernel.text import clean_text
from fediverse_node.moderation import reports
from fediverse_node.moderation.model import Report
from fediverse_node.moderation.policy import policy
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx

#: Objects of a Flag that are looked at: one person and some posts. The rest is not read (OBJ-37).
_MAX_NAMED = reports.MAX_POSTS + 1


async def resolve(verified: Verified, fetch: Fetch) -> Found:  # noqa: ARG001 the handlers' protocol
    """Nothing: what is reported to us is ours."""
    return NOTHING


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:  # noqa: ARG001 the handlers' protocol
    """Keep it for the operator."""
    activity, reporter = verified.activity, verified.signer
    if activity.id is None:
        raise NotValid("A Flag needs an “id”.")
    rule = policy(tx).about(reporter.domain)
    if rule is not None and rule.reject_reports:
        return Ignored("a report of a server whose reports are not taken")
    origin = f"{context.addresses.origin}/"
    target, about = _named(tx, [uri for uri in activity.object_ids[:_MAX_NAMED] if uri.startswith(origin)])
    if target is None:
        return Ignored("a report of nobody here")
    said = activity.raw.get("content")
    report = Report(
        id=tx.new_id(),
        uri=activity.id,
        reporter_id=reporter.id,
        target_id=target.id,
        post_uris=tuple(post.uri for post in about),
        # It is read in a terminal, which obeys control characters.
        comment=clean_text(to_plain_text(said))[: reports.MAX_COMMENT] if isinstance(said, str) else "",
        forwarded=False,
        created_at=tx.now,
    )
    return Applied() if reports.add(tx, report) else Ignored("a report that is here, or one too many")


def _named(tx: Tx, uris: list[str]) -> tuple[Actor | None, list[Post]]:
    """The one person a Flag is about, and the posts of theirs that it names."""
    people = actors.by_uris(tx, uris)
    person = next((people[uri] for uri in uris if uri in people and people[uri].local), None)
    found = [post for uri in uris if uri not in people and (post := posts.by_uri(tx, uri)) is not None]
    if person is None and found:
        person = actors.by_id(tx, found[0].actor_id)
    if person is None or person.type == "Application":
        return None, []
    return person, [post for post in found if post.actor_id == person.id]
