"""Addresses: one canonical form, and the question "do these come from the same place?".

Every authority rule of FEP-fe34 compares origins, so there is one function for it. Ids are
compared byte for byte after `canonical_host`; nothing here resolves a name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

import idna

from fediverse_node.kernel.errors import NotValid

#: Longest address we accept from anybody (reference: limits table L).
MAX_URL = 2048
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"`{}|^]")
#: What an address has before its path: everything that decides its origin.
_ROOT = re.compile(r"[A-Za-z]+://[^/?#]+")
_DEFAULT_PORTS = {"https": 443, "http": 80}


def canonical_host(host: str) -> str:
    """*host* in lower case and punycode, without a trailing dot.

    Raises:
        NotValid: it is empty or no host name.
    """
    text = unicodedata.normalize("NFKC", host).strip().rstrip(".").lower()
    if not text or len(text) > 253 or _FORBIDDEN.search(text):
        raise NotValid(f"“{host[:100]}” is not a host name.")
    if text.startswith("["):
        return text
    if text.isascii():
        return text
    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise NotValid(f"“{host[:100]}” is not a host name.") from error


def split_http(url: str) -> SplitResult:
    """*url* taken apart, once it is known to be an absolute http(s) address without surprises.

    Raises:
        NotValid: another scheme, credentials, blanks, control characters, backslashes, no host,
            a port out of range, or longer than `MAX_URL`.
    """
    shown = url[:100]
    if len(url) > MAX_URL or _FORBIDDEN.search(url):
        raise NotValid(f"“{shown}” is not an address we can use.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotValid(f"“{shown}” is not an address we can use.") from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc or port == 0:
        raise NotValid(f"“{shown}” is not an http(s) address we can use.")
    canonical_host(parts.hostname)
    return parts


def origin_of(url: str) -> str:
    """`scheme://host[:port]` in canonical form: what FEP-fe34 calls the origin.

    Raises:
        NotValid: see `split_http`.
    """
    scheme, authority = _place(url)
    return f"{scheme}://{authority}"


def authority_of(url: str) -> str:
    """`host[:port]` of *url*, canonical, without the scheme's default port.

    Raises:
        NotValid: see `split_http`.
    """
    return _place(url)[1]


def _place(url: str) -> tuple[str, str]:
    """The scheme and the canonical authority. Taking an address apart costs more than all rules about it."""
    if len(url) <= MAX_URL and not _FORBIDDEN.search(url) and (root := _ROOT.match(url)):
        return _place_of_root(root[0])
    parts = split_http(url)
    return parts.scheme, _authority(parts)


@lru_cache(maxsize=4096)
def _place_of_root(root: str) -> tuple[str, str]:
    parts = split_http(root)
    return parts.scheme, _authority(parts)


def _authority(parts: SplitResult) -> str:
    host = canonical_host(parts.hostname or "")
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    if parts.port is None or parts.port == _DEFAULT_PORTS[parts.scheme]:
        return host
    return f"{host}:{parts.port}"


def same_origin(*urls: str) -> bool:
    """Whether all *urls* have one origin. False, never an error, when one of them has none."""
    try:
        return len({origin_of(url) for url in urls}) == 1
    except NotValid:
        return False


def without_fragment(url: str) -> str:
    """*url* up to its first `#`."""
    return url.partition("#")[0]


def path_segment(text: str) -> str:
    """*text* quoted so that it stays one path segment."""
    return quote(text, safe="")
