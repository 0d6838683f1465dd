"""What is written down of how a post came about: which suggestions, how much of the text, who read it."""

from __future__ import annotations

from datetime import datetime

from fediverse_node.federation.outbox.labels import AUTONOMOUS, AiPart
from fediverse_node.kernel import overlap
from fediverse_node.posts import provenance
from fediverse_node.posts.model import Post
from fediverse_node.posts.provenance import Provenance
from fediverse_node.storage.tx import Tx
from fediverse_node.suggestions import queries as suggestions
from fediverse_node.suggestions.model import Suggestion


def record(tx: Tx, post: Post, part: AiPart, *, text: str, new: bool = False) -> None:
    """Write down how *post*, whose author typed *text*, came about. Nothing of what a person wrote alone."""
    if not part.used:
        return
    before = None if new else provenance.of_post(tx, post.id)
    handles = tuple(dict.fromkeys((*(before.handles if before else ()), *part.handles)))
    share = _share(text, part, suggestions.by_handles(tx, handles) if handles else [], before)
    provenance.keep(
        tx,
        Provenance(
            post_id=post.id,
            handles=handles,
            ai_share=share,
            share_method=None if share is None else overlap.METHOD,
            reviewed_at=_reviewed_at(tx, part, before),
        ),
    )


def _share(text: str, part: AiPart, found: list[Suggestion], before: Provenance | None) -> float | None:
    """None where a model took part whose words are not here to compare with."""
    kinds = {(each.model, each.provider, each.action) for each in found}
    known = all((tool.name, tool.provider, tool.action) in kinds for tool in part.tools)
    if not found or not known or part.disclosure == AUTONOMOUS:
        return None
    share = overlap.shared(text, [each.output for each in found])
    if all(each.output for each in found):
        return share
    # What a model suggested is forgotten after some days; what was found out while it was here is not.
    return None if before is None or before.ai_share is None else max(share, before.ai_share)


def _reviewed_at(tx: Tx, part: AiPart, before: Provenance | None) -> datetime | None:
    """An edit without a model leaves the moment at which its author read what one wrote."""
    if not part.human_reviewed:
        return None
    return before.reviewed_at if before and before.reviewed_at and not part.handles else tx.now
