"""The dataset card: what a person reads, and front matter from which Hugging Face loads the data.

Only facts about the rows go in: no date of the export, so that the same rows give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent.terms import Terms

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_PRIMARY = re.compile(r"[a-z]{2,3}")


#: Declared, because the types of columns that are empty in all rows cannot be told from the rows.
_FEATURES = (
    "dataset_info:",
    "  features:",
    *(
        f"  - name: {name}\n    {kind}"
        for name, kind in {
            "id": "dtype: string",
            "text": "dtype: string",
            "source": "dtype: string",
            "added": "dtype: timestamp[s]",
            "created": "dtype: timestamp[s]",
            "edited": "dtype: timestamp[s]",
            "url": "dtype: string",
            "author_ref": "dtype: string",
            "language": "dtype: string",
            "ai_disclosure": "dtype: string",
            "digital_source_type": "dtype: string",
            "ai_tools": "list:\n"
            "    - name: name\n      dtype: string\n"
            "    - name: provider\n      dtype: string\n"
            "    - name: action\n      dtype: string",
            "human_reviewed": "dtype: bool",
            "content_sha256": "dtype: string",
            "revision_sha256": "dtype: string",
            "consent_receipt_id": "dtype: string",
            "consent_purposes": "list: string",
            "consented_at": "dtype: timestamp[s]",
            "terms_version": "dtype: string",
            "terms_sha256": "dtype: string",
            "log_index": "dtype: int64",
            "log_salt": "dtype: string",
            "pii_redactions": "dtype: int64",
        }.items()
    ),
)
_MEANINGS = (
    ("`id`, `url`", "the post's address, for machines and for people"),
    ("`text`", "plain text; people are `@user1`, `@user2`, and typed placeholders stand for the rest"),
    ("`pii_redactions`", "how many placeholders: people, `<EMAIL>`, `<PHONE>`, `<IP>`, `<LOCATION>`, …"),
    ("`content_sha256`", "of `text` in UTF-8"),
    (
        "`revision_sha256`",
        "of what the author wrote, before placeholders, as in the receipt",
    ),
    ("`source`", "the server"),
    ("`created`, `edited`", "when the text was written"),
    ("`added`, `consented_at`", "when its author decided"),
    ("`consent_purposes`", "`train-ai` as in the IETF's AI preferences; `dataset`: to be published here"),
    ("`terms_version`, `terms_sha256`", "the text the author agreed to"),
    ("`consent_receipt_id`", "the receipt of the decision, which is in `consent/receipts.jsonl`, too"),
    ("`log_index`, `log_salt`", "the place of that receipt in the consent log, and what ties it to its line"),
    ("`author_ref`", "tells authors apart within this release, and differs between releases"),
    ("`language`", "as the author declared it (BCP 47); `und` is unknown"),
    ("`ai_disclosure`, `human_reviewed`", "whether a model had a part in the text, and a person read it"),
    ("`digital_source_type`, `ai_tools`", "how it came about (IPTC), and with which models"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the card says of the rows."""

    rows: int
    authors: int
    ai_assisted: int
    languages: tuple[str, ...]
    newest_consent: str


def card(facts: Facts, *, name: str, addresses: Addresses, terms: Terms, include_ai_assisted: bool) -> str:
    """`README.md`."""
    front = _front_matter(facts, name=name, addresses=addresses, terms=terms)
    return f"---\n{front}---\n\n{_body(facts, name, addresses, terms, _kinds(include_ai_assisted))}"


def _front_matter(facts: Facts, *, name: str, addresses: Addresses, terms: Terms) -> str:
    primary = sorted({tag.partition("-")[0].lower() for tag in facts.languages})
    languages = [tag for tag in primary if _PRIMARY.fullmatch(tag) and tag != "und"]
    size = next((label for limit, label in _SIZES if facts.rows < limit), "1M<n<10M")
    # A JSON string is a YAML string, whatever a name holds.
    lines = [
        f"pretty_name: {json.dumps(f'Posts from {name} whose authors allow training', ensure_ascii=False)}",
        "license: other",
        f"license_name: {terms.id}",
        f"license_link: {addresses.terms}",
        *_list("language", languages),
        *_list("size_categories", [size]),
        *_list("task_categories", ["text-generation"]),
        *_list("tags", ["fediverse", "consent", "social-media"]),
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        "    path: data/train.jsonl",
        *_FEATURES,
    ]
    return "".join(f"{line}\n" for line in lines)


def _list(key: str, values: Iterable[str]) -> list[str]:
    found = list(values)
    return [f"{key}:", *(f"- {json.dumps(value)}" for value in found)] if found else []


def _kinds(include_ai_assisted: bool) -> str:  # noqa: FBT001 a fact, handed on
    if include_ai_assisted:
        return (
            "Posts written by people, and posts written with AI assistance and reviewed by their authors, "
            "told apart by `ai_disclosure`, `ai_tools` and `digital_source_type`. The terms of some AI "
            "providers forbid training competing models on their output; `ai_tools` names the provider. "
            "Whoever wants to be sure takes only the rows whose `ai_disclosure` is `human-only`."
        )
    return (
        "Only posts that were written without this server's AI assistance (`ai_disclosure` is "
        "`human-only`). AI-assisted posts are left out, also those whose authors allow training, because "
        "the terms of some AI providers forbid training on their output."
    )


def _columns() -> str:
    return "\n".join(f"| {name} | {meaning} |" for name, meaning in _MEANINGS)


def _body(facts: Facts, name: str, addresses: Addresses, terms: Terms, kinds: str) -> str:
    newest = f" The newest of these decisions is of {facts.newest_consent}." if facts.newest_consent else ""
    return f"""\
# Posts from {name} whose authors allow training

Public posts of {addresses.domain}, a server of the fediverse. For each of them its author decided, for
this very text, that it may be used for training and be part of this dataset. Without such a decision the
answer is no.{newest}

| | |
|---|---|
| posts | {facts.rows} |
| authors | {facts.authors} |
| AI-assisted posts | {facts.ai_assisted} |
| languages | {", ".join(facts.languages) or "none"} |
| terms | [{terms.id}]({addresses.terms}), SHA-256 `{terms.sha256}` |

## What is in it

{kinds}

Not in it: posts that are not public, boosts, replies by others, quotations, posts marked as sensitive,
media, posts of accounts that are suspended, moved or deleted, and every post that was edited after its
author's decision.

`data/train.jsonl` holds one JSON object per line, in the order in which the posts were written:

| column | meaning |
|---|---|
{_columns()}

Placeholders are found by rules, and rules miss some.

## If you use it

Authors can take their decision back. Before each use, run `fediverse-node verify` on this folder (`VERIFY.md`
says how, and how without it): it names the rows that must go. Or ask for a post's `id` again, with
`Accept: application/activity+json`: while the use is allowed, the answer has the header
`Content-Usage: train-ai=y`. Drop every row whose post says otherwise or is gone, and use the newest
release. What was trained before cannot be undone; what comes after can be kept right.

## If you wrote one of these posts

Open the post on {addresses.origin} and say that training use is not allowed, or delete it. It
will not be in any later release, and everybody who follows the rule above drops it.
"""
