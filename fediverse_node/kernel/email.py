"""Addresses for e-mail: the plain ones that every mail server reads alike, and nothing else.

RFC 5321 allows far more: quoted names, comments, routes. What mail servers read differently has let
people in elsewhere as somebody they are not, so none of it is taken here (ADM-07).
"""

from __future__ import annotations

import re
from typing import Final

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import canonical_host

#: RFC 5321, 4.5.3.1.
MAX_ADDRESS: Final = 254
_MAX_NAME: Final = 64
#: Without `%` and `!`, which some servers take for a route to another one.
_NAME: Final = re.compile(r"[A-Za-z0-9_+=&'~-]+(?:\.[A-Za-z0-9_+=&'~-]+)*", re.ASCII)
_TOP: Final = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]", re.ASCII)


def check_address(text: str) -> str:
    """The address in *text*, its host in lower case and in ASCII.

    Raises:
        NotValid: it is none, or one that mail servers may read in two ways.
    """
    wrong = NotValid("This is not an e-mail address that mail can be sent to.")
    name, at, host = text.strip(" ").rpartition("@")
    if not at or len(name) > _MAX_NAME or not _NAME.fullmatch(name):
        raise wrong
    try:
        domain = canonical_host(host)
    except NotValid as error:
        raise wrong from error
    labels = domain.split(".")
    if len(labels) < 2 or not _TOP.fullmatch(labels[-1]) or len(name) + len(domain) >= MAX_ADDRESS:
        raise wrong
    return f"{name}@{domain}"


def masked(address: str) -> str:
    """*address* as a log may have it: `a…@example.org`."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}…@{host}"
