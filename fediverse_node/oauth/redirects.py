"""Where the answer to an app may go.

An address is compared letter by letter with those that were registered, so whatever is odd about it is
refused when it is registered, not when somebody stands before it.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlencode

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import MAX_URL, split_http

#: The code is shown to the person, who types it into the app.
OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,99}(?=:)", re.ASCII)
#: Printable ASCII without a fragment, a wildcard, or what could end an attribute or a header.
_PLAIN: Final = re.compile(r"""[!$-&()+-;=?-\[\]_a-z~]+""", re.ASCII)
_HOST: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\]", re.ASCII)
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
#: Schemes that a browser acts on itself, or that belong to programs every machine has: an app cannot own
#: them. All others may be an app's own; many have no dot, against RFC 8252 (`icecubesapp:`, `tusky:`).
_NOT_AN_APPS: Final = frozenset(
    {
        "about", "android-app", "blob", "chrome", "chrome-extension", "content", "cid", "data", "dav", "feed",
        "file", "filesystem", "ftp", "ftps", "geo", "imap", "intent", "ipp", "jar", "javascript", "ldap",
        "livescript", "magnet", "mailto", "mid", "mms", "mocha", "moz-extension", "ms-appx", "news", "nfs",
        "nntp", "resource", "rtsp", "sftp", "sip", "sips", "smb", "sms", "smsto", "ssh", "svn", "tel",
        "telnet", "urn", "vbscript", "view-source", "vnc", "web+ap", "ws", "wss", "wyciwyg", "xmpp",
    }
)  # fmt: skip


def require_usable(uri: str) -> None:
    """Refuse an address to which no answer may go (OAU-02).

    Raises:
        NotValid: it is too long, has a fragment, credentials or a wildcard; it is http and not on this
            machine; or its scheme cannot be an app's.
    """
    if uri == OUT_OF_BAND:
        return
    wrong = NotValid(f"“{uri[:100]}” cannot be a redirect URI.")
    found = _SCHEME.match(uri)
    if found is None or len(uri) > MAX_URL or not _PLAIN.fullmatch(uri):
        raise wrong
    scheme = found[0].lower()
    if scheme in {"https", "http"}:
        parts = split_http(uri)
        if not _HOST.fullmatch(parts.netloc.rsplit(":", 1)[0] if parts.port else parts.netloc):
            raise wrong
        if scheme == "http" and parts.hostname not in _LOOPBACK:
            raise NotValid("A redirect URI needs https, or its own scheme; http only for this machine.")
    elif scheme in _NOT_AN_APPS or scheme.startswith("ms-") or uri == found[0] + ":":
        raise wrong


def place_of(uri: str) -> str:
    """The origin or the scheme of a usable *uri*: what a Content-Security-Policy can name."""
    scheme, _, rest = uri.partition(":")
    if scheme.lower() not in {"https", "http"}:
        return f"{scheme}:"
    return f"{scheme}://{re.split('[/?]', rest.removeprefix('//'), maxsplit=1)[0]}"


def with_answer(uri: str, answer: dict[str, str]) -> str:
    """*uri* with *answer* in its query, beside what is there."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(answer)}"
