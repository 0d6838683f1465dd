"""Routes of notifications, conversations and scheduled posts."""

from __future__ import annotations

from typing import Final

from fediverse_node.web.client_api import conversations, grouped, notifications, policies, scheduled
from fediverse_node.web.client_api.table import Route, acts, gets

_REQUESTS = "v1/notifications/requests"
_CONVERSATION = "v1/conversations/{id}"
_SCHEDULED = "v1/scheduled_statuses/{id}"

TABLE: Final[tuple[Route, ...]] = (
    *gets(
        "read:notifications",
        {
            "v1/notifications": notifications.listing,
            "v1/notifications/unread_count": notifications.unread_count,
            "v1/notifications/policy": policies.old_policy,
            _REQUESTS: policies.requests,
            f"{_REQUESTS}/merged": policies.merged,
            f"{_REQUESTS}/{{id}}": policies.request,
            "v1/notifications/{id}": notifications.show,
            "v2/notifications": grouped.listing,
            "v2/notifications/unread_count": grouped.unread_count,
            "v2/notifications/policy": policies.policy,
            "v2/notifications/{id}": grouped.show,
            "v2/notifications/{id}/accounts": grouped.accounts,
        },
    ),
    *acts(
        "write:notifications",
        {
            "v1/notifications/clear": notifications.clear,
            f"{_REQUESTS}/accept": policies.accept_all,
            f"{_REQUESTS}/dismiss": policies.dismiss_all,
            f"{_REQUESTS}/{{id}}/accept": policies.accept,
            f"{_REQUESTS}/{{id}}/dismiss": policies.dismiss,
            "v1/notifications/{id}/dismiss": notifications.dismiss,
            "v2/notifications/{id}/dismiss": grouped.dismiss,
        },
    ),
    *(
        route
        for method in ("PATCH", "PUT")
        for route in acts(
            "write:notifications",
            {"v1/notifications/policy": policies.old_change, "v2/notifications/policy": policies.change},
            method=method,
        )
    ),
    *gets(
        "read:statuses",
        {"v1/conversations": conversations.listing, "v1/timelines/direct": conversations.timeline},
    ),
    *acts(
        "write:conversations",
        {f"{_CONVERSATION}/read": conversations.read, f"{_CONVERSATION}/unread": conversations.unread},
    ),
    *acts("write:conversations", {_CONVERSATION: conversations.delete}, method="DELETE"),
    *gets("read:statuses", {"v1/scheduled_statuses": scheduled.listing, _SCHEDULED: scheduled.show}),
    *acts("write:statuses", {_SCHEDULED: scheduled.change}, method="PUT"),
    *acts("write:statuses", {_SCHEDULED: scheduled.delete}, method="DELETE"),
)
