"""Whether the certificate that strangers see will still be good in some days."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fediverse_node.kernel.errors import NodeError
from fediverse_node.node import Node
from fediverse_node.outbound.tls import validity
from fediverse_node.web.control.finding import Finding

#: Renewal that works has happened by then. Certificates for a few days are renewed in their last third.
CLOSE: Final = timedelta(days=14)


async def look(node: Node) -> Finding:
    """How long the certificate of the origin, which is https, is good."""
    what, url = "certificate", node.config.origin
    try:
        found = await validity(url, node.outbound.policy, ca_file=node.config.federation.ca_file or None)
    except NodeError as error:
        return Finding(what, "ill", f"it could not be looked at: {error.detail or error}")
    left = found.ends - node.clock()
    when = f"{found.ends:%Y-%m-%d %H:%M} UTC"
    if left > min(CLOSE, (found.ends - found.begins) / 3):
        return Finding(what, "well", f"good until {when}")
    return Finding(
        what,
        "remark",
        f"good until {when}, for {left.days} days and {left.seconds // 3600} hours more. It should have been "
        "renewed by now: does whatever renews it (certbot, acme.sh, the proxy) still run? Once it has ended, "
        "no other server reaches this one.",
    )
