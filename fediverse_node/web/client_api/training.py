"""What a client says of the use of a post: for training, for what, and under which licence."""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.consent.licences import licence_named
from fediverse_node.consent.model import CREDITS, OPEN_DATASET, PURPOSES, UNNAMED, Allowance
from fediverse_node.kernel.errors import NotValid
from fediverse_node.web.client_api.forms import Fields

#: In place of a licence: none, also where the account has a default.
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said.

    Attributes:
        allow: yes or no; None where nothing was said.
        to: what a yes is to.
    """

    allow: bool | None
    to: Allowance


def said(fields: Fields) -> Said:
    """`training_use` and what goes with it: `…_purposes`, `…_sensitive`, `…_media`, `…_credit`.

    To name uses is a yes.

    Raises:
        NotValid: it contradicts itself, or names what is not known.
    """
    use, purposes = fields.choice("training_use", ("yes", "no")), tuple(fields.texts("training_purposes"))
    for purpose in purposes:
        if purpose not in PURPOSES:
            raise NotValid(f"training_purposes are of: {', '.join(PURPOSES)}.")
    named = fields.sent("training_purposes")
    if use == "no" and purposes:
        raise NotValid("training_use says no, and training_purposes names uses that are allowed.")
    if use == "yes" and named and not purposes:
        raise NotValid("training_use says yes, and training_purposes names no use.")
    allow = use == "yes" if use is not None else bool(purposes) if named else None
    sensitive, media = bool(fields.flag("training_sensitive")), tuple(fields.texts("training_media"))
    if media and not allow:
        raise NotValid("training_media names pictures that are allowed, and their post is not.")
    to = Allowance(purposes=purposes or OPEN_DATASET, sensitive=sensitive, media=media, credit=credit(fields))
    return Said(allow=allow, to=to)


def credit(fields: Fields) -> str | None:
    """How datasets name the author: `none`, `handle` or `name`; None where nothing was said.

    Raises:
        NotValid: it is none of them.
    """
    return fields.choice("training_credit", (UNNAMED, *CREDITS))


def licence(fields: Fields, name: str = "licence") -> str | None:
    """The licence by its SPDX name; empty for none, None where nothing was said.

    Raises:
        NotValid: it is not known.
    """
    text = fields.text(name)
    if text is None:
        return None
    return "" if text.strip().lower() in {"", NONE} else licence_named(text)
