"""Routes of joining, and of looking after the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fediverse_node.web.client_api import admin_accounts, admin_domains, admin_reports, registration
from fediverse_node.web.client_api.auth import Need
from fediverse_node.web.client_api.door import Actor, Reader
from fediverse_node.web.client_api.table import Route

_ACCOUNT: Final = "accounts/{id}"
_REPORT: Final = "reports/{id}"
_BLOCK: Final = "domain_blocks/{id}"


def _looks(area: str, readers: dict[str, Reader]) -> Iterator[Route]:
    need = Need(scope=f"admin:read:{area}", role=True)
    for path, reader in readers.items():
        yield Route(method="GET", path=f"/api/{_versioned(path)}", need=need, reader=reader)


def _does(area: str, actors: dict[str, Actor], *, method: str = "POST") -> Iterator[Route]:
    need = Need(scope=f"admin:write:{area}", role=True)
    for path, actor in actors.items():
        yield Route(method=method, path=f"/api/{_versioned(path)}", need=need, actor=actor)


def _versioned(path: str) -> str:
    return path if path.startswith("v2/") else f"v1/admin/{path}"


TABLE: tuple[Route, ...] = (
    Route(method="POST", path="/api/v1/accounts", need=registration.JOIN, plain=registration.create_account),
    Route(
        method="POST",
        path="/api/v1/emails/confirmations",
        need=registration.WAITING,
        plain=registration.confirm_again,
    ),
    Route(
        method="GET",
        path="/api/v1/emails/check_confirmation",
        need=registration.WAITING,
        reader=registration.is_confirmed,
    ),
    *_looks(
        "accounts",
        {
            "accounts": admin_accounts.listing,
            "v2/admin/accounts": admin_accounts.listing_v2,
            _ACCOUNT: admin_accounts.show,
        },
    ),
    *_does(
        "accounts",
        {
            f"{_ACCOUNT}/approve": admin_accounts.approve,
            f"{_ACCOUNT}/reject": admin_accounts.reject,
            f"{_ACCOUNT}/action": admin_accounts.act_upon,
            f"{_ACCOUNT}/enable": admin_accounts.enable,
            f"{_ACCOUNT}/unsilence": admin_accounts.unsilence,
            f"{_ACCOUNT}/unsuspend": admin_accounts.unsuspend,
        },
    ),
    *_looks("reports", {"reports": admin_reports.listing, _REPORT: admin_reports.show}),
    *_does(
        "reports",
        {
            f"{_REPORT}/assign_to_self": admin_reports.assign_to_self,
            f"{_REPORT}/unassign": admin_reports.unassign,
            f"{_REPORT}/resolve": admin_reports.resolve,
            f"{_REPORT}/reopen": admin_reports.reopen,
        },
    ),
    *_looks("domain_blocks", {"domain_blocks": admin_domains.listing, _BLOCK: admin_domains.show}),
    *_does("domain_blocks", {"domain_blocks": admin_domains.create}),
    *_does("domain_blocks", {_BLOCK: admin_domains.change}, method="PUT"),
    *_does("domain_blocks", {_BLOCK: admin_domains.remove}, method="DELETE"),
    *_looks("domain_allows", {"domain_allows": admin_domains.allows}),
    *_does("domain_allows", {"domain_allows": admin_domains.allow}),
)
