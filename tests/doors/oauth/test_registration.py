from __future__ import annotations

import aiohttp

from tests.doors.client_api.schema import Shapes
from tests.doors.oauth.conftest import CALLBACK, OUT_OF_BAND, Stage, ask, register
from tests.fixtures.nodes import running_node

BODIES = {
    "client_name": "Fern",
    "redirect_uris": f"{CALLBACK}\nfern://here",
    "scopes": "read push",
    "website": "https://fern.example/",
}

NOT_AN_APPS = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "https://*.app.example/callback",
    "https://app.example/*",
    "http://app.example/callback",
    "https://user@app.example/callback",
    "https://app.example/callback#x",
    "https://",
    "//app.example/callback",
    "/callback",
    "fern:",
    'https://app.example/"><script>',
]
AN_APPS = [
    CALLBACK,
    OUT_OF_BAND,
    "http://127.0.0.1:8080/callback",
    "http://localhost/callback",
    "http://[::1]:8080/",
    "com.tapbots.Ivory.219:/request_token",
    "icecubesapp://",
    "oauth2redirect://com.keylesspalace.tusky/",
    "checkin:oauth/callback",
    "https://app.example:8443/callback?of=fern",
]
NO_APP: list[dict[str, object]] = [
    {"client_name": ""},
    {"client_name": None},
    {"client_name": "x" * 201},
    {"redirect_uris": None},
    {"redirect_uris": [f"https://app.example/{n}" for n in range(21)]},
    {"scopes": "read admin:everything"},
    {"scopes": "everything"},
    {"website": "javascript:alert(1)"},
]


async def test_the_answer_has_the_shape_that_apps_know(stage: Stage) -> None:
    heard = await register(stage.node, website="https://fern.example/")
    assert Shapes().faults(heard.body, "CredentialApplication") == []


async def test_an_app_may_register_in_each_of_the_three_encodings(stage: Stage) -> None:
    multipart = aiohttp.FormData(default_to_multipart=True)
    for name, value in BODIES.items():
        multipart.add_field(name, value)
    listed = {**BODIES, "redirect_uris": [CALLBACK, "fern://here"]}
    for how in ({"json": listed}, {"json": BODIES}, {"data": BODIES}, {"data": multipart}):
        heard = await ask(stage.node, "POST", "/api/v1/apps", **how)
        assert heard.status == 200, heard
        assert heard.body["redirect_uris"] == [CALLBACK, "fern://here"]
        assert heard.body["scopes"] == ["read", "push"]
        assert len(heard.body["client_secret"]) >= 43
        assert heard.headers["Cache-Control"] == "private, no-store"


async def test_an_address_to_which_no_answer_may_go_is_refused(stage: Stage) -> None:
    # OAU-02
    for uri in NOT_AN_APPS:
        heard = await register(stage.node, redirect_uris=[CALLBACK, uri])
        assert heard.status == 422, uri


async def test_an_address_of_an_app_is_taken_as_it_is(stage: Stage) -> None:
    # OAU-02, the twin
    for uri in AN_APPS:
        heard = await register(stage.node, redirect_uris=uri)
        assert (heard.status, heard.body["redirect_uris"]) == (200, [uri])


async def test_what_is_no_app_is_refused(stage: Stage) -> None:
    # OAU-10: nothing that an app is given here administers anything
    for wrong in NO_APP:
        heard = await register(stage.node, **wrong)
        assert heard.status == 422, wrong
        assert set(heard.body) == {"error"}


async def test_nobody_registers_without_end(database_url: str) -> None:
    # OAU-20
    settings = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    async with running_node(database_url, settings=settings) as node:
        heard = [await register(node) for _ in range(11)]
        assert [each.status for each in heard] == [200] * 10 + [429]
        assert int(heard[-1].headers["Retry-After"]) >= 1
