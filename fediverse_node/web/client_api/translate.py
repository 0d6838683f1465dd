"""Translations of posts, by the model that the operator set up. Nothing of them is kept."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Final

from fediverse_node.assist.provider import AssistOff
from fediverse_node.assist.suggest import Ask, Suggested, suggest_whole
from fediverse_node.config.sections import Assist
from fediverse_node.kernel.errors import NotAllowed, NotFound, NotValid
from fediverse_node.kernel.html import to_plain_text
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.suggestions import queries as suggestions
from fediverse_node.visibility.rule import OPEN, may_see
from fediverse_node.web.client_api.view import Act, Answer, View, path_id

#: What apps offer; a model may know more, and is asked for these.
LANGUAGES: Final = (
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "eo", "es", "et", "eu", "fa", "fi", "fr", "ga",
    "gl", "he", "hi", "hr", "hu", "id", "is", "it", "ja", "ko", "lt", "lv", "ms", "nb", "nl", "pl", "pt",
    "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "th", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,8})?")
_BREAK = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Translated:
    """A text in another language, and whose model did it."""

    text: str
    model: str


def is_offered(config: Assist) -> bool:
    """Whether this server translates at all."""
    return bool(config.base_url and config.model)


def languages(view: View) -> Answer:
    """What can be translated into what: nothing, where no model is set up."""
    if not is_offered(view.house.config.assist):
        return Answer(body={})
    return Answer(body={code: [other for other in LANGUAGES if other != code] for code in LANGUAGES})


async def translate(act: Act) -> Answer:
    """A post that everybody may see, in the language `lang` or the caller's, by the model of this server.

    It counts as a suggestion does, and is kept nowhere. Descriptions of files and answers of polls stay.

    Raises:
        NotAllowed: no model is set up, or the post is not for everybody: what is said to some goes to no
            other company.
        NotFound: there is no such post for the caller.
    """
    post = await act.look(_readable)
    language = (act.fields.text("lang") or act.person.account.language or "en").strip()
    if not _CODE.fullmatch(language):
        raise NotValid("lang must be the code of a language, such as de.")
    warning = await _translated(act, post.summary, language) if post.summary else None
    body = to_plain_text(post.content_html)
    content = await _translated(act, body, language) if body else None
    made = content or warning
    if made is None:
        raise NotValid("There is no text to translate.")
    return Answer(
        body={
            "content": _paragraphs(content.text) if content is not None else "",
            "spoiler_text": warning.text if warning is not None else "",
            "language": language.replace("_", "-").partition("-")[0].lower(),
            "detected_source_language": post.language or "und",
            "provider": made.model,
            "poll": None,
            "media_attachments": [],
        }
    )


def _readable(view: View) -> Post:
    post = posts.by_id(view.tx, path_id(view.path, "post"))
    if post is not None and post.boost_of_id is not None:
        post = posts.by_id(view.tx, post.boost_of_id) if may_see(view.tx, post, view.viewer) else None
    if post is None or not may_see(view.tx, post, view.viewer):
        raise NotFound("There is no such post.")
    if post.visibility not in OPEN or post.local_only:
        raise NotAllowed("Only posts that everybody may see are translated.")
    return post


async def _translated(act: Act, text: str, language: str) -> _Translated:
    """*text* as the model translates it; forgotten here as soon as it is there, but counted."""
    db, config = act.desk.db, act.house.config.assist
    if act.house.provider is None:
        raise AssistOff
    asked = Ask(account_id=act.person.account.id, action="translate", text=text, language=language)
    found: Suggested = await suggest_whole(db, act.house.provider, config, asked)
    await db.write(lambda tx: suggestions.discard(tx, found.handle))
    return _Translated(text=found.text, model=f"{found.provider}: {found.model} (AI)")


def _paragraphs(text: str) -> str:
    """Plain text as HTML; whatever a model wrote is text."""
    return "".join(
        f"<p>{'<br>'.join(map(html.escape, part.splitlines()))}</p>" for part in _BREAK.split(text.strip())
    )
