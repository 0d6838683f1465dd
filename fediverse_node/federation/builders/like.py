"""Like: somebody favours a post, maybe with an emoji."""

from __future__ import annotations

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors.addresses import Addresses


def document(*, id_: str, actor: str, post: str, author: str) -> JsonDict:
    """*actor* likes *post* (its id), written by *author*, who alone is told."""
    return write.activity("Like", id_=id_, actor=actor, object_=post, audience=([author], []))


def reaction(
    *, id_: str, actor: str, post: str, author: str, emoji: str, picture: str | None, addresses: Addresses
) -> JsonDict:
    """The same with *emoji* (FEP-c0e0): a character, or `:code:` (`:code@host:`) with its *picture*."""
    plain = document(id_=id_, actor=actor, post=post, author=author)
    if picture is None:
        return {**plain, "content": emoji}
    code, _, host = emoji.strip(":").partition("@")
    tag = write.emoji(code, id_=None if host else addresses.emoji(code), url=picture)
    context = write.note_context(addresses.origin)
    return {**plain, "@context": context, "content": f":{code}:", "tag": [tag]}
