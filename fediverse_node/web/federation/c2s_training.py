"""What a client's Note says of its use: for training, for what, and under which licence.

`contentUsage` is AIPREF's word and means what the one box means. A client that means more, or less, sends
`usageConsent` as an object in the words of a receipt: `{"purposes": [...], "sensitive": true, "mediaSha256":
[...]}`. In what is served that property is the receipt's address, so that an old copy never says yes anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.consent.licences import licence_named
from fediverse_node.consent.model import PLAIN, PURPOSES, Allowance
from fediverse_node.kernel.errors import NotValid
from fediverse_node.web.federation.c2s_door import NotOffered

_USAGE: Final = {"train-ai=y": True, "train-ai": True, "train-ai=n": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said.

    Attributes:
        allow: yes or no; None where nothing was said.
        to: what a yes is to.
        expressly: it was said in so many words, and is no copy of what was served.
    """

    allow: bool | None
    to: Allowance = PLAIN
    expressly: bool = False


def said(content_usage: str | None, note: JsonDict) -> Said:
    """What *note* says of its use, with the *content_usage* that was read in it.

    Raises:
        NotOffered: it says something else than yes and no.
        NotValid: it contradicts itself, or names what is not known.
    """
    usage, terms = _usage(content_usage), note.get("usageConsent")
    if not isinstance(terms, dict):
        return Said(allow=usage)
    named = terms.get("purposes")
    purposes = PLAIN.purposes if named is None else tuple(map(_purpose, values.items(named)))
    if usage is not None and usage != ("train-ai" in purposes):
        raise NotValid("“contentUsage” and “usageConsent” contradict each other.")
    media = tuple(item for item in values.items(terms.get("mediaSha256")) if isinstance(item, str))
    credit = terms.get("credit")
    to = Allowance(
        purposes=purposes,
        sensitive=terms.get("sensitive") is True,
        media=media,
        credit=credit if isinstance(credit, str) else None,
    )
    return Said(allow=bool(purposes), to=to, expressly=True)


def licence(note: JsonDict) -> str | None:
    """The licence of *note* by its SPDX name; empty where it says null, None where it says nothing.

    Raises:
        NotValid: it is not known.
    """
    if "license" not in note:
        return None
    found = note["license"]
    text = found if isinstance(found, str) else values.identifier(found) if found else ""
    return licence_named(text) if text else ""


def _usage(content_usage: str | None) -> bool | None:
    if content_usage is None:
        return None
    found = _USAGE.get(content_usage.strip().lower())
    if found is None:
        raise NotOffered("“contentUsage” is “train-ai=y” or “train-ai=n”.")
    return found


def _purpose(word: Any) -> str:
    name = word.removeprefix("aip:") if isinstance(word, str) else ""
    if name not in PURPOSES:
        raise NotValid(f"The purposes of “usageConsent” are: {', '.join(PURPOSES)}.")
    return name
