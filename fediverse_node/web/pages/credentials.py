"""What pictures on a page say of themselves: a label, and a panel for whoever wants to know more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fediverse_node.credentials.model import Manifest, part_of
from fediverse_node.media import queries as copies
from fediverse_node.media.model import key_of, owner_of_post
from fediverse_node.posts.model import Attachment, Post
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries as uploads
from fediverse_node.uploads.model import Papers
from fediverse_node.web.pages.picture_strings import PictureStrings, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture: what is to be said of all of it, and lines of what about what."""

    title: str
    state: str | None
    lines: tuple[tuple[str, str], ...]


def ai_words(source: str | None, language: str) -> str | None:
    """A model's part in a picture, in the words of the page."""
    part = part_of(source)
    return words(language).ai_parts[part] if part is not None else None


def panels(tx: Tx, posts: Sequence[Post], language: str) -> dict[str, Panel]:
    """The panels of those pictures of *posts* that say anything of themselves, by their addresses."""
    said = words(language)
    items = [(post, item) for post in posts for item in post.attachments]
    own = [item.file_id for _, item in items if item.file_id is not None]
    papers = uploads.by_ids(tx, own) if own else {}
    foreign = {item.url: key_of(owner_of_post(post.id), item.url) for post, item in items if not post.local}
    found = copies.credentials_of(tx, foreign.values()) if foreign else {}
    made: dict[str, Panel] = {}
    for _, item in items:
        if item.file_id in papers:
            panel = _of_ours(item, papers[item.file_id].credentials, said)
        else:
            panel = _of_others(found.get(foreign.get(item.url, "")), said)
        if panel is not None:
            made[item.url] = panel
    return made


def _of_ours(item: Attachment, papers: Papers | None, said: PictureStrings) -> Panel | None:
    came = papers.came if papers is not None else None
    lines: list[tuple[str, str]] = []
    if papers is not None and papers.signer is not None:
        lines.append((said.signed_by, f"{papers.signer} ({said.signed_here})"))
    part = part_of(item.digital_source_type)
    if part is not None:
        lines.append((said.ai_part, said.ai_parts[part]))
    if item.ai_tool:
        lines.append((said.done_with, item.ai_tool))
    if came is not None:
        lines.append((said.came_with, said.credential_states[came.state]))
        lines += _lines(came, said)
    return Panel(title=said.credentials, state=None, lines=tuple(lines)) if lines else None


def _of_others(found: Manifest | None, said: PictureStrings) -> Panel | None:
    if found is None:
        return None
    part = [(said.ai_part, said.ai_parts[found.part])] if found.part is not None else []
    lines = (*part, *_lines(found, said))
    return Panel(title=said.credentials, state=said.credential_states[found.state], lines=lines)


def _lines(found: Manifest, said: PictureStrings) -> Iterator[tuple[str, str]]:
    if found.signer:
        yield said.signed_by, found.signer
    if found.actions:
        yield said.done, _joined((said.actions.get(each, each) for each in found.actions), said)
    if found.tools:
        yield said.done_with, _joined(found.tools, said)
    if found.generator:
        yield said.written_by, found.generator


def _joined(texts: Iterable[str], said: PictureStrings) -> str:
    return said.comma.join(dict.fromkeys(texts))
