"""What single apps insist on, beyond what is described: each of these kept one from logging in somewhere."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from tests.doors.client_api.conftest import Client
from tests.fixtures.sign_in import signed_in_browser


async def test_the_version_reads_as_a_number_and_as_a_semantic_version(anybody: Client) -> None:
    for path in ("/api/v1/instance", "/api/v2/instance"):
        version = (await anybody.ok(path))["version"]
        assert 4 <= float(version[:3]) < 5  # Ice Cubes
        assert re.match(r"\d+\.\d+\.\d+ ", version)  # Phanpy


async def test_both_instances_say_what_apps_cannot_do_without(anybody: Client) -> None:
    old, new = await anybody.ok("/api/v1/instance"), await anybody.ok("/api/v2/instance")
    assert old["uri"] == new["domain"] == anybody.node.domain  # toot and Tusky, without a scheme
    for found in (old, new):
        assert found["title"]
        assert isinstance(found["description"], str)
    assert old["thumbnail"].startswith("http")
    assert new["thumbnail"]["url"].startswith("http")
    assert isinstance(new["contact"]["email"], str)  # Ice Cubes
    assert old["urls"]["streaming_api"].startswith("ws")  # Pinafore
    assert new["configuration"]["urls"]["streaming"] == old["urls"]["streaming_api"]  # Elk
    assert isinstance(old["max_toot_chars"], int)
    limits = new["configuration"]
    for part, name in (
        ("statuses", "max_characters"),
        ("statuses", "max_media_attachments"),
        ("statuses", "characters_reserved_per_url"),
        ("polls", "max_options"),
        ("polls", "max_expiration"),
        ("accounts", "max_pinned_statuses"),
        ("media_attachments", "image_size_limit"),
    ):
        assert isinstance(limits[part][name], int), name
    assert new["api_versions"]["mastodon"] >= 2
    assert len(limits["vapid"]["public_key"]) == 87  # Elk, for its push messages


async def test_apps_find_how_to_log_in(anybody: Client) -> None:
    found = await anybody.ok("/.well-known/oauth-authorization-server")
    assert found["code_challenge_methods_supported"] == ["S256"]  # Phanpy uses PKCE only then
    assert "push" in found["scopes_supported"]
    assert (await anybody.ok("/nodeinfo/2.0"))["software"]["name"]  # Elk asks there without looking it up


async def test_a_redirect_may_be_an_app_of_the_device_and_the_address_may_end_in_a_slash(
    anybody: Client, alice: Client
) -> None:
    assert alice.person is not None
    browser = await signed_in_browser(alice.node, alice.person)
    uris = ("com.tapbots.Ivory.22:/request_token", "icecubesapp://", "oauth2redirect.tusky.app://callback/")
    for uri in (*uris, "urn:ietf:wg:oauth:2.0:oob"):
        app = {"client_name": "Some App", "redirect_uris": uri, "scopes": "read write follow push"}
        made = await anybody.post("/api/v1/apps", app)
        assert made.status == 200, uri
        assert len(made.body["vapid_key"]) == 87
        asked = {"client_id": made.body["client_id"], "redirect_uri": uri, "response_type": "code"}
        # toot has a slash there, and some write the blanks between scopes as plus signs.
        query = f"{urlencode(asked)}&scope=read+write+follow+push"
        for path in ("/oauth/authorize", "/oauth/authorize/"):
            question = await browser.get(f"{path}?{query}")
            assert question.status == 200, (uri, path)
            assert "Some App" in question.text


async def test_an_app_that_asks_for_both_kinds_of_filters_gets_lists(alice: Client) -> None:
    for path in ("/api/v1/filters", "/api/v2/filters", "/api/v1/lists", "/api/v1/custom_emojis"):
        assert await alice.ok(path) == []
    assert (await alice.ok("/api/v1/preferences"))["posting:default:visibility"] == "public"  # Ivory
