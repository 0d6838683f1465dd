"""Pictures of a post: whether they may be in it, what is said of them, and how the post carries them.

What a post shows stands in the post itself, with its revision: consent binds to these very pictures and
descriptions. A picture never leaves the post it was first in, so that what the history shows stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts.model import Attachment, Post
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import jobs
from fediverse_node.uploads import queries as uploads
from fediverse_node.uploads.model import MAX_PICTURES, Focus, Upload, checked_description

#: As Mastodon calls what it shows.
_TYPE: Final = "Document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One picture for a post.

    Attributes:
        description: for those who cannot see it; empty for none, None leaves what was said.
        focus: None leaves that.
    """

    id: int
    description: str | None = None
    focus: Focus | None = None


def of_draft(
    tx: Tx, chosen: Sequence[Chosen], *, text: str, account_id: int, addresses: Addresses
) -> tuple[Attachment, ...]:
    """What a new post carries. `tie` it when the post is there.

    Raises:
        NotValid: there are neither words nor pictures; or as `_found`.
    """
    found = _found(tx, chosen, account_id=account_id, post_id=None)
    return _require_something(text, tuple(_attachment(upload, addresses) for upload in found))


def of_edit(
    tx: Tx,
    before: Post,
    chosen: Sequence[Chosen] | None,
    *,
    text: str,
    account_id: int,
    addresses: Addresses,
) -> tuple[Attachment, ...]:
    """What a post carries after an edit; without a word about pictures what it carried before.

    Raises:
        NotValid: there are neither words nor pictures; or as `_found`.
    """
    if chosen is None:
        return _require_something(text, before.attachments)
    found = _found(tx, chosen, account_id=account_id, post_id=before.id)
    return _require_something(text, tuple(_attachment(upload, addresses) for upload in found))


def tie(tx: Tx, post: Post) -> None:
    """Let the pictures that *post* carries be its own.

    Raises:
        Conflict: one of them is another post's meanwhile.
    """
    ids = [each.file_id for each in post.attachments if each.file_id is not None]
    if ids:
        found = uploads.by_ids(tx, ids)
        uploads.attach(tx, post.id, [id_ for id_ in ids if id_ not in found or found[id_].post_id is None])


def ids_in(post: Post) -> tuple[int, ...]:
    """The pictures of ours that a post carries, in order."""
    return tuple(each.file_id for each in post.attachments if each.file_id is not None)


def _found(tx: Tx, chosen: Sequence[Chosen], *, account_id: int, post_id: int | None) -> tuple[Upload, ...]:
    """The pictures that are meant, described as is said.

    Raises:
        NotValid: too many, one twice, a film or sound beside something else, or one that is not there,
            somebody else's, or in another post. The last three look alike: nobody learns what others have
            (WEB-20).
    """
    if len(chosen) > MAX_PICTURES:
        raise NotValid(f"A post has at most {MAX_PICTURES} pictures.")
    found = uploads.by_ids(tx, [each.id for each in chosen]) if chosen else {}
    if len({each.id for each in chosen}) < len(chosen):
        raise NotValid("The same picture cannot be in a post twice.")
    for each in chosen:
        upload = found.get(each.id)
        if upload is None or not _is_for(upload, account_id, post_id):
            if jobs.own(tx, account_id, each.id) is not None:
                raise NotValid("A film or sound of this post is still being made. Try again in a moment.")
            raise NotValid("One of the pictures is not there. It may be in another post, or out of date.")
    if len(found) > 1 and any(_plays(upload) for upload in found.values()):
        # Mastodon, and what follows it, shows one film or sound, or pictures.
        raise NotValid("A film or sound goes alone into a post.")
    return tuple(_described(tx, found[each.id], each) for each in chosen)


def _is_for(upload: Upload, account_id: int, post_id: int | None) -> bool:
    mine = upload.account_id == account_id and upload.role is None
    return mine and upload.post_id in {None, post_id}


def _plays(upload: Upload) -> bool:
    return upload.play is not None and upload.play.kind != "loop"


def _described(tx: Tx, upload: Upload, chosen: Chosen) -> Upload:
    description, focus = upload.description, upload.focus
    if chosen.description is not None:
        description = checked_description(chosen.description)
    if chosen.focus is not None:
        focus = chosen.focus
    if (description, focus) == (upload.description, upload.focus):
        return upload
    uploads.describe(tx, upload.id, description=description, focus=focus)
    return replace(upload, description=description, focus=focus)


def _require_something(text: str, carried: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    if not text.strip() and not carried:
        raise NotValid("A post needs a text or a picture.")
    return carried


def _attachment(upload: Upload, addresses: Addresses) -> Attachment:
    return Attachment(
        type=_TYPE,
        media_type=upload.media_type,
        url=addresses.origin + upload.path,
        name=upload.description,
        width=upload.width or None,
        height=upload.height or None,
        blurhash=upload.blurhash or None,
        focus=upload.focus,
        preview=addresses.origin + upload.small_path if upload.small_name is not None else None,
        file_id=upload.id,
        sha256=upload.sha256,
        digital_source_type=upload.making.source,
        ai_tool=upload.ai_tool if upload.making.source else None,
        seconds=upload.play.seconds if upload.play else None,
        frames=upload.play.frames if upload.play else None,
        loops=upload.play is not None and upload.play.kind == "loop",
    )
