"""The dataset card: what a person reads, and front matter from which Hugging Face loads the data.

Only facts about the rows go in: no date of the export, so that the same rows give the same bytes.
The headings are those of Datasheets for Datasets (Gebru et al.).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent.terms import Terms
from fediverse_node.export.columns import COLUMNS, Kind
from fediverse_node.export.filters import Filters
from fediverse_node.export.pictures import ABOUT
from fediverse_node.export.totals import Totals

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_PRIMARY = re.compile(r"[a-z]{2,3}")
#: Types, in the words of the `datasets` library. Declared, because the types of columns that are empty in all
#: rows cannot be told from the rows.
_KINDS: Mapping[Kind, str] = {
    "text": "dtype: string",
    "moment": "dtype: timestamp[s]",
    "number": "dtype: int64",
    "share": "dtype: float64",
    "truth": "dtype: bool",
    "texts": "list: string",
    "tools": "list:\n"
    "    - name: name\n      dtype: string\n"
    "    - name: provider\n      dtype: string\n"
    "    - name: action\n      dtype: string",
    "more": "struct:\n    - name: in_reply_to\n      dtype: string\n    - name: sensitive\n      dtype: bool",
}
#: Names that Hugging Face knows licences by.
_HUB_LICENCES = {
    "CC0-1.0": "cc0-1.0",
    "CC-BY-4.0": "cc-by-4.0",
    "CC-BY-SA-4.0": "cc-by-sa-4.0",
    "CC-BY-NC-4.0": "cc-by-nc-4.0",
    "CC-BY-ND-4.0": "cc-by-nd-4.0",
    "CC-BY-NC-SA-4.0": "cc-by-nc-sa-4.0",
    "CC-BY-NC-ND-4.0": "cc-by-nc-nd-4.0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the card says of the rows.

    Attributes:
        name: the server's.
        terms: those that the rows are under, the newest first.
        formats: `jsonl`, `parquet`.
        scored: a detector has looked at the languages.
        near: posts that nearly repeat another one were looked for.
    """

    totals: Totals
    name: str
    terms: tuple[Terms, ...]
    filters: Filters
    formats: tuple[str, ...]
    scored: bool
    near: bool

    @property
    def title(self) -> str:
        """What the dataset is called."""
        return f"Posts from {self.name} whose authors allow training"

    @property
    def licence(self) -> str | None:
        """The SPDX name of the licence of all rows; None where they have several, or some have none."""
        (first, *more), rows = list(self.totals.licences.items()) or [("", 0)], self.totals.rows
        return first[0] if not more and first[1] == rows and rows else None

    @property
    def languages(self) -> list[str]:
        """Primary subtags, in order."""
        primary = sorted({tag.partition("-")[0].lower() for tag in self.totals.languages})
        return [tag for tag in primary if _PRIMARY.fullmatch(tag) and tag != "und"]

    @property
    def assisted(self) -> int:
        """Rows that a model had a part in."""
        return self.totals.rows - self.totals.labels.get("human-only", 0)


def card(facts: Facts, *, addresses: Addresses) -> str:
    """`README.md`."""
    return f"---\n{_front_matter(facts, addresses)}---\n\n{_body(facts, addresses)}"


def _front_matter(facts: Facts, addresses: Addresses) -> str:
    size = next((label for limit, label in _SIZES if facts.totals.rows < limit), "1M<n<10M")
    # A JSON string is a YAML string, whatever a name holds.
    lines = [
        f"pretty_name: {json.dumps(facts.title, ensure_ascii=False)}",
        *_licence(facts, addresses),
        *_list("language", facts.languages),
        *_list("size_categories", [size]),
        *_list("task_categories", ["text-generation", *(["image-to-text"] if facts.totals.pictures else [])]),
        *_list("tags", ["fediverse", "consent", "social-media", *_tags(facts)]),
        "configs:",
        "- config_name: default",
        "  data_files:",
        "  - split: train",
        f"    path: data/train{'-*.parquet' if 'parquet' in facts.formats else '.jsonl'}",
        "dataset_info:",
        "  features:",
        *(f"  - name: {column.name}\n    {_KINDS[column.kind]}" for column in COLUMNS),
    ]
    return "".join(f"{line}\n" for line in lines)


def _licence(facts: Facts, addresses: Addresses) -> list[str]:
    known = _HUB_LICENCES.get(facts.licence or "")
    if known is not None:
        return [f"license: {known}"]
    return [
        "license: other",
        f"license_name: {facts.terms[0].id}",
        f"license_link: {addresses.terms}",
    ]


def _tags(facts: Facts) -> list[str]:
    return ["human-only"] if facts.totals.rows and not facts.assisted else []


def _list(key: str, values: Iterable[str]) -> list[str]:
    found = list(values)
    return [f"{key}:", *(f"- {json.dumps(value)}" for value in found)] if found else []


def _kinds(facts: Facts) -> str:
    if set(facts.filters.disclosure) == {"human-only"}:
        return (
            "Only posts that were written without this server's AI assistance (`ai_disclosure` is "
            "`human-only`). AI-assisted posts are left out, also those whose authors allow training, because "
            "the terms of some AI providers forbid training on their output."
        )
    return (
        "Posts are told apart by `ai_disclosure`, `ai_tools` and `digital_source_type`: those that people "
        "wrote, and those that a model had a part in. The terms of some AI providers forbid training "
        "competing models on their output; `ai_tools` names the provider. Whoever wants to be sure takes "
        "only the rows whose `ai_disclosure` is `human-only`."
    )


def _duplicates(facts: Facts) -> str:
    near = (
        "and posts whose runs of five words are mostly the same (MinHash, 14 bands of 8) were found"
        if facts.near
        else "were found; nobody looked for posts that are only nearly the same"
    )
    left = (
        "All of them are in, marked by `dup_cluster`."
        if facts.filters.keep_duplicates
        else "The one that was allowed first is in, marked by `dup_cluster`; "
        f"{facts.totals.repeated} others are not."
    )
    return f"Posts with the very same text {near}. {left}"


def _languages(facts: Facts) -> str:
    if facts.scored:
        return (
            "`language` is what the author declared. `language_score` says how sure a detector (py3langid) "
            "is of it; where nothing was declared, the detector's word is taken if it is sure."
        )
    return "`language` is what the author declared. No detector has looked, so `language_score` is empty."


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in counts.items()) or "none"


def _terms(facts: Facts, addresses: Addresses) -> str:
    found = (f"[{each.id}]({addresses.terms}), SHA-256 `{each.sha256}`" for each in facts.terms)
    return "; ".join(found)


def _data(facts: Facts) -> str:
    forms = []
    if "parquet" in facts.formats:
        forms.append("`data/train-*.parquet` holds the rows as Parquet")
    if "jsonl" in facts.formats:
        forms.append("`data/train.jsonl` holds one JSON object per line")
    return f"{'; '.join(forms)}, in the order in which the posts were written. The columns are:"


def _columns() -> str:
    rows = "\n".join(f"| `{column.name}` | {column.meaning} |" for column in COLUMNS)
    return f"| column | meaning |\n|---|---|\n{rows}"


def _body(facts: Facts, addresses: Addresses) -> str:
    totals = facts.totals
    newest = f" The newest of these decisions is of {totals.newest_consent}." if totals.newest_consent else ""
    filters = "\n".join(f"- {each}" for each in facts.filters.words)
    sensitive = "" if facts.filters.sensitive else "posts marked as sensitive, "
    return f"""\
# {facts.title}

Public posts of {addresses.domain}, a server of the fediverse. For each of them its author decided, for
this very text, that it may be used for training and be part of this dataset. Without such a decision the
answer is no.{newest}

| | |
|---|---|
| posts | {totals.rows} |
| authors | {totals.authors} |
| AI-assisted posts | {facts.assisted} |
| by disclosure | {_counted(totals.labels)} |
| by language | {_counted(totals.languages)} |
| by licence | {_counted(totals.licences)} |
{_counted_pictures(facts)}| terms | {_terms(facts, addresses)} |

## Motivation

A dataset in which each row is there because its author said so, for this text, and can be shown to have said
so. It is made by whoever runs {addresses.domain}, with fediverse-node.

## Composition

{_kinds(facts)}

Taken were posts that are allowed and of which all of this is true:

{filters}

Not in it: posts that are not public, boosts, replies by others, quotations, {sensitive}{_media(facts)},
posts of accounts that are suspended, moved or deleted, and every post that was edited after its author's
decision.
It is no sample of anything: people decide for some of their posts and not for others.

{_data(facts)}

{_columns()}

{_pictures(facts)}{_how(facts, addresses)}"""


def _counted_pictures(facts: Facts) -> str:
    return f"| pictures | {facts.totals.pictures} |\n" if facts.totals.pictures else ""


def _media(facts: Facts) -> str:
    return "pictures whose own use was not allowed" if facts.totals.pictures else "media"


def _pictures(facts: Facts) -> str:
    if not facts.totals.pictures:
        return ""
    fields = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in ABOUT.items())
    return f"""\
## Pictures

`data/pictures-*.tar` holds pictures as WebDataset: `KEY.jpg` (or `.png`, `.webp`) and `KEY.json`, in the
order of their keys; `load_dataset("webdataset", data_files="data/pictures-*.tar")` loads them. Each is in
because its author named these very bytes in a yes; that a post is allowed says nothing about its pictures.
They are without the metadata that cameras write, and as large as this server keeps them. The text of a
picture's post need not be in here. Filters by language and label look at the post. Of each it is said:

| field | meaning |
|---|---|
{fields}

"""


def _how(facts: Facts, addresses: Addresses) -> str:
    return f"""\
## Collection

Nothing was scraped. The posts were written on {addresses.domain}, and each decision was taken there in a
control that nobody had ticked before. `consent/receipts.jsonl` holds the receipts of these decisions, signed
with their authors' keys; `consent/proofs.jsonl` shows that each is in the server's public log.

## Preprocessing

{_duplicates(facts)}

{_languages(facts)}

Names of people, e-mail addresses, telephone numbers, network addresses, places, secrets, addresses of
profiles and custom emoji were replaced by placeholders. They are found by rules, and rules miss some. Lines
that quote somebody were left out.

## Uses

Training and evaluating models, and research, under the terms above. `license` names what an author granted
besides. To find out who somebody is, or to reach them, is no such use.

## Distribution

Whoever passes this folder on passes on all of it: a row without its receipt proves nothing. `croissant.json`
describes it for machines (Croissant 1.1, with what the Responsible AI vocabulary asks, and an ODRL offer).

## Maintenance: if you use it

Authors can take their decision back. Before each use, run `fediverse-node verify` on this folder (`VERIFY.md`
says how, and how without it): it names the rows that must go. Or ask for a post's `id` again, with
`Accept: application/activity+json`: while the use is allowed, the answer has the header
`Content-Usage: train-ai=y`. Drop every row whose post says otherwise or is gone, and use the newest
release. What was trained before cannot be undone; what comes after can be kept right.

## If you wrote one of these posts

Open the post on {addresses.origin} and say that training use is not allowed, or delete it. It
will not be in any later release, and everybody who follows the rule above drops it.
"""
