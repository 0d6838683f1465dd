"""Every route of the API with what it asks of its caller. Tests read the table, too."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.web.client_api import (
    accounts,
    acquaintances,
    assist,
    consent,
    datasets,
    deliveries,
    filters,
    history,
    instance,
    markers,
    marks,
    media,
    moderation,
    old_filters,
    people_lists,
    pictures,
    polls,
    profile,
    push,
    quotes,
    reactions,
    routes_files,
    routes_joining,
    routes_tags,
    routes_talks,
    search,
    statuses,
    streaming_events,
    tags,
    timelines,
)
from fediverse_node.web.client_api.auth import Need
from fediverse_node.web.client_api.door import acting, reading
from fediverse_node.web.client_api.table import Route
from fediverse_node.web.client_api.table import acts as _acts
from fediverse_node.web.client_api.table import gets as _gets
from fediverse_node.web.preflight import preflight

_preflight = preflight(
    methods="GET, POST, PUT, PATCH, DELETE, OPTIONS", headers="Authorization, Content-Type, Idempotency-Key"
)


_STATUS = "v1/statuses/{id}"
_ACCOUNT = "v1/accounts/{id}"
_DELIVERIES = "v1/fediverse_node/statuses/{id}/deliveries"
_REACTIONS = "v1/pleroma/statuses/{id}/reactions"
_LIST = "v1/lists/{id}"
_FILTER = "v2/filters/{id}"
_KEYWORD = "v2/filters/keywords/{id}"
_FILTERED = "v2/filters/statuses/{id}"

TABLE: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/v1/accounts/verify_credentials",
        need=Need(scope="read:accounts", or_scope="profile"),
        reader=accounts.verify_credentials,
    ),
    *routes_files.TABLE,
    *_gets(
        "read:follows",
        {
            "v1/accounts/relationships": accounts.show_relationships,
            "v1/accounts/familiar_followers": acquaintances.familiar_followers,
        },
    ),
    *_acts("read:accounts", {"v1/accounts/search": search.people}, method="GET"),
    *_gets("read:lists", {f"{_ACCOUNT}/lists": people_lists.with_account}),
    *_acts("write:accounts", {f"{_ACCOUNT}/note": acquaintances.note}),
    *_gets(
        "read:accounts",
        {
            "v1/accounts/lookup": accounts.lookup,
            _ACCOUNT: accounts.show,
            f"{_ACCOUNT}/followers": accounts.followers,
            f"{_ACCOUNT}/following": accounts.following,
            f"{_ACCOUNT}/endorsements": instance.nothing_of,
        },
        person=False,
    ),
    *_acts(
        "write:follows",
        {
            f"{_ACCOUNT}/follow": accounts.follow,
            f"{_ACCOUNT}/unfollow": accounts.unfollow,
            f"{_ACCOUNT}/remove_from_followers": accounts.remove_from_followers,
        },
    ),
    *_gets("read:follows", {"v1/follow_requests": accounts.follow_requests}),
    *_acts(
        "write:follows",
        {
            "v1/follow_requests/{id}/authorize": accounts.authorize,
            "v1/follow_requests/{id}/reject": accounts.reject,
        },
    ),
    *_gets(
        "read:statuses",
        {
            f"{_ACCOUNT}/statuses": accounts.account_statuses,
            "v1/statuses": statuses.several,
            _STATUS: statuses.show,
            f"{_STATUS}/history": history.edits,
            f"{_STATUS}/favourited_by": marks.favourited_by,
            f"{_STATUS}/reblogged_by": marks.reblogged_by,
            "v1/timelines/public": timelines.public,
            "v1/timelines/tag/{tag}": tags.timeline,
        },
        person=False,
    ),
    *_acts("read:statuses", {f"{_STATUS}/context": statuses.context}, method="GET", person=False),
    *_gets("read:statuses", {f"{_STATUS}/source": statuses.source, "v1/timelines/home": timelines.home}),
    *_acts(
        "write:statuses",
        {
            "v1/statuses": statuses.create,
            f"{_STATUS}/reblog": statuses.reblog,
            f"{_STATUS}/unreblog": statuses.unreblog,
        },
    ),
    *_acts("write:accounts", {f"{_STATUS}/pin": profile.pin, f"{_STATUS}/unpin": profile.unpin}),
    *_acts("write:statuses", {_STATUS: statuses.change}, method="PUT"),
    *_gets("read:statuses", {f"{_STATUS}/quotes": quotes.listing}),
    *_acts("write:statuses", {f"{_STATUS}/quotes/{{quote}}/revoke": quotes.revoke}),
    *_acts("write:statuses", {f"{_STATUS}/interaction_policy": quotes.set_policy}, method="PUT"),
    *_acts("read:statuses", {"v1/polls/{id}": polls.show}, method="GET", person=False),
    *_acts("write:statuses", {"v1/polls/{id}/votes": polls.cast}),
    *_acts("write:statuses", {_STATUS: statuses.delete}, method="DELETE"),
    *_gets("read:statuses", {"fediverse_node/v1/consent": consent.listing}),
    *_gets("read:statuses", {"fediverse_node/v1/datasets/mine": datasets.mine}),
    *_acts("write:statuses", {"fediverse_node/v1/consent/withdraw": consent.withdraw}),
    *_gets("read:statuses", {_DELIVERIES: deliveries.listing}),
    *_acts("write:statuses", {f"{_DELIVERIES}/retry": deliveries.again}),
    *_gets("read:statuses", {_REACTIONS: reactions.listing}, person=False),
    *_acts("write:favourites", {f"{_REACTIONS}/{{emoji}}": reactions.put}, method="PUT"),
    *_acts("write:favourites", {f"{_REACTIONS}/{{emoji}}": reactions.remove}, method="DELETE"),
    *_acts(
        "write:favourites",
        {f"{_STATUS}/favourite": statuses.favourite, f"{_STATUS}/unfavourite": statuses.unfavourite},
    ),
    *_acts("read:search", {"v2/search": search.search}, method="GET", person=False),
    *routes_talks.TABLE,
    *_gets("read:accounts", {"v1/preferences": instance.preferences}),
    *_gets(
        "read:filters",
        {
            "v1/filters": old_filters.listing,
            "v1/filters/{id}": old_filters.show,
            "v2/filters": filters.listing,
            _KEYWORD: filters.show_keyword,
            _FILTERED: filters.show_post,
            f"{_FILTER}/keywords": filters.keywords,
            f"{_FILTER}/statuses": filters.posts,
            _FILTER: filters.show,
        },
    ),
    *_acts(
        "write:filters",
        {
            "v1/filters": old_filters.create,
            "v2/filters": filters.create,
            f"{_FILTER}/keywords": filters.add_keyword,
            f"{_FILTER}/statuses": filters.add_post,
        },
    ),
    *_acts(
        "write:filters",
        {"v1/filters/{id}": old_filters.change, _KEYWORD: filters.change_keyword, _FILTER: filters.change},
        method="PUT",
    ),
    *_acts(
        "write:filters",
        {
            "v1/filters/{id}": old_filters.delete,
            _KEYWORD: filters.remove_keyword,
            _FILTERED: filters.remove_post,
            _FILTER: filters.delete,
        },
        method="DELETE",
    ),
    *_gets(
        "read:lists",
        {
            "v1/lists": people_lists.listing,
            _LIST: people_lists.show,
            f"{_LIST}/accounts": people_lists.members,
            "v1/timelines/list/{id}": people_lists.timeline,
        },
    ),
    *_acts("write:lists", {"v1/lists": people_lists.create, f"{_LIST}/accounts": people_lists.add}),
    *_acts("write:lists", {_LIST: people_lists.change}, method="PUT"),
    *_acts(
        "write:lists",
        {_LIST: people_lists.delete, f"{_LIST}/accounts": people_lists.take_off},
        method="DELETE",
    ),
    *_gets("read:statuses", {"v1/markers": markers.show}),
    *_acts("write:statuses", {"v1/markers": markers.save}),
    *_gets("read:blocks", {"v1/blocks": moderation.blocks, "v1/domain_blocks": moderation.domain_blocks}),
    *_acts("write:blocks", {"v1/domain_blocks": moderation.block_domain}),
    *_acts("write:blocks", {"v1/domain_blocks": moderation.unblock_domain}, method="DELETE"),
    *_acts(
        "write:blocks", {f"{_ACCOUNT}/block": moderation.block, f"{_ACCOUNT}/unblock": moderation.unblock}
    ),
    *_gets("read:mutes", {"v1/mutes": moderation.mutes}),
    *_acts("write:mutes", {f"{_ACCOUNT}/mute": moderation.mute, f"{_ACCOUNT}/unmute": moderation.unmute}),
    *_acts("write:reports", {"v1/reports": moderation.report}),
    *_gets("read:bookmarks", {"v1/bookmarks": marks.bookmarks}),
    *_gets("read:favourites", {"v1/favourites": marks.favourites}),
    *_acts(
        "write:bookmarks",
        {f"{_STATUS}/bookmark": marks.bookmark, f"{_STATUS}/unbookmark": marks.unbookmark},
    ),
    *_acts("write:mutes", {f"{_STATUS}/mute": marks.mute, f"{_STATUS}/unmute": marks.unmute}),
    *_gets("read:accounts", {"v1/endorsements": instance.nothing}),
    *routes_tags.TABLE,
    *push.TABLE,
    *routes_joining.TABLE,
    *_gets(
        "",
        {
            "v1/custom_emojis": reactions.own_emojis,
            "v1/directory": instance.directory,
            "v1/instance/activity": instance.nothing,
            "v1/instance/extended_description": instance.extended_description,
            "v1/instance/domain_blocks": moderation.instance_domain_blocks,
        },
        person=False,
    ),
)


def _defined(route: Route) -> web.RouteDef:
    if route.reader is not None:
        return web.RouteDef(route.method, route.path, reading(route.reader, route.need), {})
    if route.plain is not None:
        return web.RouteDef(route.method, route.path, route.plain, {})
    assert route.actor is not None
    return web.RouteDef(route.method, route.path, acting(route.actor, route.need, route.files), {})


ROUTES: list[web.AbstractRouteDef] = [
    *(_defined(route) for route in TABLE),
    web.get("/api/v1/instance", instance.instance_v1),
    web.get("/api/v2/instance", instance.instance_v2),
    # Mastodon.py asks with a slash at the end, which Mastodon takes everywhere.
    web.get("/api/v1/instance/", instance.instance_v1),
    web.get("/api/v2/instance/", instance.instance_v2),
    web.post("/api/v1/reports/", acting(moderation.report, Need(scope="write:reports"))),
    web.get("/health", instance.health),
    *pictures.ROUTES,
    *media.ROUTES,
    *assist.ROUTES,
    *streaming_events.ROUTES,
    web.options("/api/{path:.*}", _preflight),
]
