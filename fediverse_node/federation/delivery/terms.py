"""What a note of ours says of consent, from the rows: its policy, what it quotes, and who said yes."""

from __future__ import annotations

from fediverse_node.federation.builders.quoting import NO_TERMS, Quote, Terms
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import SILENT, Interaction
from fediverse_node.storage.tx import Tx


def terms_of(tx: Tx, post: Post) -> Terms:
    """The terms of a post of ours. Two statements, and one more for what it quotes."""
    policy = quotes.policies_of(tx, [post.id]).get(post.id, SILENT)
    done = quotes.of_posts(tx, [post.id]).get(post.id)
    if not done:
        return NO_TERMS if policy == SILENT else Terms(policy=policy)
    quote, reply = done.get("quote"), done.get("reply")
    return Terms(
        policy=policy,
        quote=_quote(tx, quote) if quote is not None and quote.stands else None,
        approved_by=reply.authorization_uri if reply is not None else None,
    )


def _quote(tx: Tx, interaction: Interaction) -> Quote:
    target = posts.by_id(tx, interaction.target_id) if interaction.target_id is not None else None
    page = target.url if target is not None else None
    return Quote(
        uri=interaction.target_uri,
        page=page or interaction.target_uri,
        authorization=interaction.authorization_uri,
    )
