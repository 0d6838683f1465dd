"""Every operation there is, by the name the command line uses."""

from __future__ import annotations

from collections.abc import Mapping

from fediverse_node.web.control import accounts, consent, doctor, export, federation, posts
from fediverse_node.web.control.operation import Operation

OPERATIONS: Mapping[str, Operation] = {
    "account.create": accounts.create,
    "account.list": accounts.listing,
    "token.create": accounts.create_token,
    "post": posts.write,
    "assist": posts.suggest,
    "trace": posts.follow_up,
    "follow": federation.follow,
    "lookup": federation.look,
    "consent.show": consent.show,
    "consent.set": consent.decide,
    "export": export.write,
    "doctor": doctor.examine,
}
