"""Pages that are only text: the terms of training use, the terms of our namespace, errors."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from fediverse_node.activitystreams.write import address_of, ai_terms, dump
from fediverse_node.consent import channels, terms
from fediverse_node.consent.model import Decision
from fediverse_node.kernel.errors import NotFound
from fediverse_node.kernel.markup import render_markdown
from fediverse_node.web.caching import VARY, Document, headers, respond
from fediverse_node.web.keys import ADDRESSES, NODE
from fediverse_node.web.pages import ai_strings, dataset_strings
from fediverse_node.web.pages.rendering import HTML, Head, html, language, page
from fediverse_node.web.vocabulary_words import TERMS

_HEADING = re.compile(r"^## (.+)\n", re.MULTILINE)
_TITLE = re.compile(r"^# (.+)\n")
#: A line end within a paragraph: the text is wrapped for editors, not for readers.
_WRAP = re.compile(r"(?<!\n)\n(?![\n-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class TermView:
    """A term of our namespace, as the page shows it."""

    name: str
    meaning: str
    range: str
    example: str
    address: str


async def tdm_policy(request: web.Request) -> web.Response:
    """`/terms/training` for machines: what miners of text and data are offered (W3C TDMRep)."""
    instance, addresses = request.app[NODE].config.instance, request.app[ADDRESSES]
    policy = channels.tdm_policy(addresses, name=instance.name, contact=instance.contact)
    return respond(
        request,
        Document(
            body=dump(policy),
            content_type="application/ld+json",
            headers=headers(vary=f"{VARY}, Accept-Language", more=channels.headers(Decision(), addresses)),
        ),
    )


async def training_terms(request: web.Request) -> web.Response:
    """`/terms/training`: what an author agrees to. The text that consent receipts name by its hash.

    `?version=` shows an older one, under which somebody may have said yes.
    """
    shown = terms.version(request.query.get("version", terms.CURRENT.id))
    if shown is None:
        raise NotFound("There never was such a version of the terms.")
    words, text = language(request), shown.text
    title = _TITLE.match(text)
    # Text, heading, text, heading, text …
    first, *rest = _HEADING.split(_TITLE.sub("", text))
    sections = [("", _html(first)), *((rest[i], _html(rest[i + 1])) for i in range(0, len(rest), 2))]
    heading = title[1] if title else words.training_terms
    head = Head(title=heading, canonical=request.app[ADDRESSES].terms)
    return respond(
        request,
        page(
            request,
            "text.html",
            head,
            heading=heading,
            lead=words.terms_note,
            sections=sections,
            terms=[],
        ),
    )


async def namespace(request: web.Request) -> web.Response:
    """`/ns/ai-provenance` for people."""
    words, addresses = language(request), request.app[ADDRESSES]
    found = ai_terms(addresses.origin)
    shown = [
        TermView(
            name=name,
            meaning=term.meaning[words.language],
            range=term.range[words.language],
            example=term.example_json,
            address=address_of(found[name], found),
        )
        for name, term in TERMS.items()
    ]
    head = Head(title=words.ns_title, canonical=addresses.namespace.removesuffix("#"))
    return respond(
        request,
        page(
            request,
            "text.html",
            head,
            heading=words.ns_title,
            lead=words.ns_text,
            sections=[],
            terms=shown,
            a=ai_strings.words(words.language),
        ),
    )


def error(request: web.Request, status: int, text: str) -> web.Response:
    """What a person sees instead of the page they asked for.

    In the words of the error where it has words of its own and they are in the reader's language.
    """
    words = language(request)
    title, own = words.error_titles.get(status, words.error_titles[500]), words.error_texts.get(status)
    if request.path.startswith("/datasets/"):
        says = dataset_strings.words(words.language)
        title, own = says.refusal_titles.get(status, title), says.refusals.get(status, own)
    document = Document(
        status=status,
        body=html(
            request,
            "error.html",
            Head(title=title, indexable=False),
            status=status,
            heading=title,
            text=own or text,
        ).encode(),
        content_type=HTML,
        headers={"Vary": "Accept, Accept-Language", "Cache-Control": "no-store"},
    )
    return respond(request, document)


def _html(source: str) -> Markup:
    rendered = render_markdown(_WRAP.sub(" ", source), mentions={}, hashtag_url=lambda name: f"/tags/{name}")
    return Markup(rendered.html)  # noqa: S704 our own text, sanitised
