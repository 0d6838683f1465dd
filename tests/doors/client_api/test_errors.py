from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fediverse_node.web.client_api.routes import TABLE
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode

URL = "/api/v1/statuses"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/", 404),
        ("POST", "/api/v1/timelines/home", 405),
        ("GET", "/api/v1/statuses/abc", 404),
        ("GET", "/api/v1/statuses/99999999999999999999999999", 404),
        ("GET", "/api/v1/accounts/0", 404),
        ("GET", "/api/v1/timelines/home", 401),
        ("GET", "/api/v2/search", 422),
        ("GET", "/api/v2/search?q=%00", 422),
        ("GET", "/api/v1/accounts/lookup?acct=%00", 422),
        ("GET", "/api/v1/accounts/lookup?acct[a]=1&acct=2", 422),
    ],
)
async def test_an_error_under_api_is_json_whatever_is_accepted(
    anybody: Client, method: str, path: str, status: int
) -> None:
    for accept in ("*/*", "text/html", "application/activity+json"):
        heard = await anybody.call(method, path, headers={"Accept": accept})
        assert heard.status == status
        assert list(heard.body) == ["error"]
        assert heard.headers["Content-Type"].startswith("application/json")
        assert heard.headers["Access-Control-Allow-Origin"] == "*"
        assert "no-store" in heard.headers["Cache-Control"]


async def test_a_browser_may_ask_before_it_asks(alpha: LiveNode) -> None:
    for path in (URL, "/api/v2/media", "/api/v1/timelines/home"):
        async with alpha.http.options(path, headers={"Origin": "https://app.example"}) as answer:
            assert answer.status == 204
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            allowed = answer.headers["Access-Control-Allow-Headers"].lower()
            assert {"authorization", "content-type", "idempotency-key"} <= set(allowed.split(", "))
            assert "PUT" in answer.headers["Access-Control-Allow-Methods"]


async def test_answers_can_be_read_by_apps_in_browsers_and_are_kept_by_nobody(alice: Client) -> None:
    heard = await alice.get("/api/v1/timelines/home")
    assert heard.headers["Access-Control-Allow-Origin"] == "*"
    assert "Link" in heard.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in heard.headers
    assert heard.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"status": "a", "status": "b"}', "application/json"),
        (b'{"status": "\\u0000"}', "application/json"),
        (b'{"status": "\\ud800"}', "application/json"),
        (b'{"status": {"a": 1}}', "application/json"),
        (b'{"status": "\xff"}', "application/json"),
        (b"status=%ff", "application/x-www-form-urlencoded"),
        (b"status=a&status[]=b", "application/x-www-form-urlencoded"),
        (b"status[[]=b", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(600)), "application/x-www-form-urlencoded"),
        (b"status=a%00b", "application/x-www-form-urlencoded"),
        (b"nothing of the kind", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n--x--", "multipart/form-data"),
        (
            b'--x\r\nContent-Disposition: form-data; name="status"; filename="a"\r\n\r\na\r\n--x--',
            "multipart/form-data; boundary=x",
        ),
    ],
)
async def test_a_broken_body_is_refused_with_its_reason(
    alice: Client, body: bytes, content_type: str
) -> None:
    heard = await alice.call("POST", URL, **alice.with_body(body, content_type))
    assert heard.status == 422, heard
    assert heard.body["error"]


async def test_other_kinds_of_bodies_and_larger_ones_are_refused(alice: Client) -> None:
    other = await alice.call("POST", URL, **alice.with_body(b"<status/>", "application/xml"))
    assert (other.status, list(other.body)) == (415, ["error"])
    large = await alice.call("POST", URL, **alice.with_body(b" " * (256 * 1024 + 1), "application/json"))
    assert (large.status, list(large.body)) == (413, ["error"])
    packed = await alice.call("POST", URL, data=b"x", headers={"Content-Encoding": "gzip"})
    assert packed.status == 415


WRITES = [route for route in TABLE if route.method in {"POST", "PUT", "PATCH"}]
KINDS = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/x"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200)
    | st.dictionaries(
        st.sampled_from(["status", "visibility", "sensitive", "poll", "id", "language", "in_reply_to_id"]),
        st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=20) | st.lists(st.text()),
    ).map(lambda value: __import__("json").dumps(value).encode()),
    kind=st.sampled_from(KINDS),
    route=st.sampled_from(WRITES),
    query=st.text(max_size=20),
)
async def test_no_body_makes_it_stumble(
    alice: Client, body: bytes, kind: str, route: object, query: str
) -> None:
    assert isinstance(route, type(WRITES[0]))
    path = route.path.replace("{id}", "1").replace("{quote}", "1")
    heard = await alice.call(
        route.method, path, params={"q": query}, data=body, headers={"Content-Type": kind}
    )
    assert heard.status < 500


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from([route.path for route in TABLE if route.method == "GET"]), text=st.text(max_size=30)
)
async def test_no_query_makes_it_stumble(alice: Client, path: str, text: str) -> None:
    query = dict.fromkeys(("q", "acct", "limit", "max_id", "types", "id[]", "resolve", "local"), text)
    heard = await alice.call("GET", path.replace("{id}", "1"), params=query)
    assert heard.status < 500
