"""Routes that may be sent files, and those of the files themselves."""

from __future__ import annotations

from fediverse_node.web.client_api import media, profile
from fediverse_node.web.client_api.auth import Need
from fediverse_node.web.client_api.table import Route, acts, gets

TABLE: tuple[Route, ...] = (
    Route(
        method="PATCH",
        path="/api/v1/accounts/update_credentials",
        need=Need(scope="write:accounts"),
        actor=profile.update_credentials,
        files=profile.FILES,
    ),
    *acts(
        "write:accounts",
        {
            "v1/profile/avatar": profile.remove_avatar,
            "v1/profile/header": profile.remove_header,
        },
        method="DELETE",
    ),
    *gets(media.SCOPE, {"v1/media/{id}": media.show}),
    Route(
        method="PUT",
        path="/api/v1/media/{id}",
        need=Need(scope=media.SCOPE),
        actor=media.change,
        files=media.FILES,
    ),
    *acts(media.SCOPE, {"v1/media/{id}": media.delete}, method="DELETE"),
)
