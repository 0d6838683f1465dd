"""Notifications in groups, which apps call from Mastodon 4.3 on. Here each stands in a group of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fediverse_node.web.client_api import notifications
from fediverse_node.web.client_api.view import Act, Answer, JsonDict, View

_PREFIX = "ungrouped-"


def listing(view: View) -> Answer:
    """What the caller should hear of, newest first."""
    answer = notifications.listing(view)
    return Answer(body=_grouped(answer.body), cursors=answer.cursors)


def show(view: View) -> Answer:
    """One group, by its key."""
    return Answer(body=_grouped([_only(view)]))


def accounts(view: View) -> Answer:
    """Whose doing a group is."""
    return Answer(body=[_only(view)["account"]])


async def dismiss(act: Act) -> Answer:
    """Take back a group."""
    return await notifications.dismiss(replace(act, path={"id": act.path["id"].removeprefix(_PREFIX)}))


def policy(view: View) -> Answer:
    """What becomes of notifications by strangers: each is shown. None is held back to be asked about."""
    del view
    kinds = ("not_following", "not_followers", "new_accounts", "private_mentions", "limited_accounts")
    accepted = {f"for_{kind}": "accept" for kind in kinds}
    return Answer(
        body={**accepted, "summary": {"pending_requests_count": 0, "pending_notifications_count": 0}}
    )


def _only(view: View) -> JsonDict:
    key = view.path["id"]
    found: JsonDict = notifications.show(replace(view, path={"id": key.removeprefix(_PREFIX)})).body
    return found


def _grouped(found: Sequence[JsonDict]) -> JsonDict:
    told_of = [each["status"] for each in found if each["status"] is not None]
    return {
        "accounts": list({each["account"]["id"]: each["account"] for each in found}.values()),
        "statuses": list({each["id"]: each for each in told_of}.values()),
        "notification_groups": [_group(each) for each in found],
    }


def _group(found: JsonDict) -> JsonDict:
    return {
        "group_key": f"{_PREFIX}{found['id']}",
        "notifications_count": 1,
        "type": found["type"],
        "most_recent_notification_id": int(found["id"]),
        "page_min_id": found["id"],
        "page_max_id": found["id"],
        "latest_page_notification_at": found["created_at"],
        "sample_account_ids": [found["account"]["id"]],
        "status_id": found["status"]["id"] if found["status"] is not None else None,
    }
