"""Where a visitor from another server goes on there: to follow, answer or favour something of ours.

Their server names the page in its WebFinger answer: as OStatus began it, or as an activity intent
(FEP-3b86). It is asked as any other server is, and its word is taken for its own people only: whoever
types a handle is shown the host they would be sent to, and nobody is sent anywhere unasked (WEB-22).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from fediverse_node.activitystreams.documents import WebfingerDoc
from fediverse_node.activitystreams.read import read_webfinger
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.text import Handle
from fediverse_node.kernel.urls import origin_of

_INTENT: Final = "https://w3id.org/fep/3b86/Object"
_PLACES: Final = ("{uri}", "{object}")
#: What no finished address holds: blanks, quotes, brackets, and places left open.
_STRANGE: Final = re.compile(r"""[\s{}\\"<>`\x00-\x1f\x7f]""")


async def way_on(discovery: Discovery, visitor: Handle, uri: str) -> str:
    """The address on *visitor*'s own server at which they go on with *uri*.

    Raises:
        NotFound: nobody there has this name, or their server names no such page.
        NotValid: the page it names is no address of the web, or not an https one.
        NotNow, NotAllowed: as `Fetcher.descriptor`.
    """
    resource = quote(f"acct:{visitor.name}@{visitor.host}", safe="")
    url = f"{discovery.scheme}://{visitor.host}/.well-known/webfinger?resource={resource}"
    answer = read_webfinger(await discovery.fetcher.descriptor(url, Budget(1)))
    template = _template(answer)
    if template is None:
        raise NotFound(f"The server of {visitor} offers no page for this. Search for the address there.")
    return filled(template, uri, scheme=discovery.scheme)


def filled(template: str, uri: str, *, scheme: str) -> str:
    """*template* with *uri* in it, under *scheme* and nothing else.

    Raises:
        NotValid: it is no such address, or has no place for it.
    """
    wrong = NotValid("Their server names a page that cannot be used.", detail=template[:200])
    place = next((place for place in _PLACES if place in template), None)
    host = template.partition("://")[2].partition("/")[0]
    if place is None or place in host or not template.startswith(f"{scheme}://"):
        raise wrong
    address = template.replace(place, quote(uri, safe=""))
    if _STRANGE.search(address):
        raise wrong
    try:
        origin_of(address)
    except NotValid as error:
        raise wrong from error
    return address


def _template(answer: WebfingerDoc) -> str | None:
    if answer.subscribe_template is not None:
        return answer.subscribe_template
    return next((link.template for link in answer.links if link.rel == _INTENT and link.template), None)
