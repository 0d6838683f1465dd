"""Routes of what is shown beside posts: hashtags, trends, announcements, and what the house says."""

from __future__ import annotations

from fediverse_node.web.client_api import (
    announcements,
    featured_tags,
    house_words,
    proposals,
    tags,
    translate,
    trends,
)
from fediverse_node.web.client_api.table import Route, acts, gets

_TAG = "v1/tags/{tag}"
_FEATURED = "v1/featured_tags"
_INSTANCE = "v1/instance"
_REACTION = "v1/announcements/{id}/reactions/{emoji}"

TABLE: tuple[Route, ...] = (
    *gets("", {_TAG: tags.show}, person=False),
    *gets("read:follows", {"v1/followed_tags": tags.followed}),
    *acts("write:follows", {f"{_TAG}/follow": tags.follow, f"{_TAG}/unfollow": tags.unfollow}),
    *acts("write:accounts", {f"{_TAG}/feature": tags.feature, f"{_TAG}/unfeature": tags.unfeature}),
    *gets("read:accounts", {"v1/accounts/{id}/featured_tags": featured_tags.of_account}, person=False),
    *gets(
        "read:accounts",
        {_FEATURED: featured_tags.listing, f"{_FEATURED}/suggestions": featured_tags.proposed},
    ),
    *acts("write:accounts", {_FEATURED: featured_tags.create}),
    *acts("write:accounts", {f"{_FEATURED}/{{id}}": featured_tags.delete}, method="DELETE"),
    *gets(
        "",
        {
            "v1/trends": trends.tags,
            "v1/trends/tags": trends.tags,
            "v1/trends/statuses": trends.popular_posts,
            "v1/trends/links": trends.links,
        },
        person=False,
    ),
    *gets("read", {"v1/suggestions": proposals.old_suggestions, "v2/suggestions": proposals.suggestions}),
    *acts("write:accounts", {"v1/suggestions/{id}": proposals.decline}, method="DELETE"),
    *acts("read:statuses", {"v1/statuses/{id}/translate": translate.translate}),
    *gets("", {"v1/instance/translation_languages": translate.languages}, person=False),
    *gets(
        "", {f"{_INSTANCE}/rules": house_words.rules, f"{_INSTANCE}/peers": house_words.peers}, person=False
    ),
    *acts(
        "",
        {
            f"{_INSTANCE}/privacy_policy": house_words.privacy_policy,
            f"{_INSTANCE}/terms_of_service": house_words.terms_of_service,
        },
        method="GET",
        person=False,
    ),
    *gets("", {"v1/announcements": announcements.listing}),
    *acts("write:accounts", {"v1/announcements/{id}/dismiss": announcements.dismiss}),
    *acts("write:favourites", {_REACTION: announcements.react}, method="PUT"),
    *acts("write:favourites", {_REACTION: announcements.take_back}, method="DELETE"),
)
