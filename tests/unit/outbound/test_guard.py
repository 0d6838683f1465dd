from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.outbound.errors import Refused
from fediverse_node.outbound.guard import AddressPolicy, is_public_address, literal_address, wire_form
from tests.fakes.addresses import ALLOWED, FORBIDDEN, FORBIDDEN_V6, SPELLINGS_OF_LOOPBACK

PRODUCTION = AddressPolicy()
HTTP = AddressPolicy(allow_http=True)
LAB = AddressPolicy(allow_http=True, allow_private_networks=(ip_network("127.0.0.0/8"),))


def bracketed(text: str) -> str:
    return f"[{text}]" if ":" in text else text


@pytest.mark.parametrize("text", FORBIDDEN)
def test_an_address_that_is_not_public_is_reached_only_when_its_network_is_listed(text: str) -> None:
    ip = ip_address(text)
    listed = AddressPolicy(allow_private_networks=(ip_network(ip),))
    url = f"https://{bracketed(text)}/"
    assert not is_public_address(ip)
    assert not PRODUCTION.permits(ip, 443)
    assert not HTTP.permits(ip, 443)
    assert listed.permits(ip, 443)
    with pytest.raises(Refused) as caught:
        PRODUCTION.check_url(url)
    assert "not permitted" in caught.value.detail
    listed.check_url(url)


@pytest.mark.parametrize("text", ALLOWED)
def test_a_public_address_is_reached(text: str) -> None:
    ip = ip_address(text)
    assert is_public_address(ip)
    assert PRODUCTION.permits(ip, 443)
    PRODUCTION.check_url(f"https://{bracketed(text)}/")


@pytest.mark.parametrize("spelling", SPELLINGS_OF_LOOPBACK)
def test_no_spelling_of_loopback_passes(spelling: str) -> None:
    with pytest.raises(Refused):
        HTTP.check_url(f"http://{spelling}/")


@pytest.mark.parametrize(
    "spelling",
    [
        "127.0.0.1",
        "①②⑦.0.0.1",
        "\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}\N{FULLWIDTH DIGIT SEVEN}.0.0.1",
        "127。0。0。1",
        "127\N{FULLWIDTH FULL STOP}0\N{FULLWIDTH FULL STOP}0\N{FULLWIDTH FULL STOP}1",
        "".join(chr(0x1D7EC + int(digit)) for digit in "127") + ".0.0.1",
    ],
)
def test_a_listed_loopback_passes_in_spellings_that_have_one_reading_and_is_sent_plainly(
    spelling: str,
) -> None:
    url = f"http://{spelling}:8080/x"
    assert wire_form(LAB.check_url(url), url) == ("http://127.0.0.1:8080/x", "127.0.0.1:8080")


@pytest.mark.parametrize("spelling", ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1."])
def test_spellings_that_programs_read_differently_stay_refused_when_loopback_is_listed(spelling: str) -> None:
    with pytest.raises(Refused):
        LAB.check_url(f"http://{spelling}/")


def test_a_zone_is_refused_even_inside_a_listed_network() -> None:
    listed = AddressPolicy(allow_private_networks=(ip_network("fe80::/10"),))
    assert not listed.permits(ip_address("fe80::1%eth0"), 443)
    assert listed.permits(ip_address("fe80::1"), 443)
    assert not is_public_address(ip_address("2a00::1%eth0"))


@pytest.mark.parametrize(
    ("policy", "port", "passes"),
    [
        (PRODUCTION, 443, True),
        (PRODUCTION, 80, False),
        (PRODUCTION, 22, False),
        (PRODUCTION, 8443, False),
        (HTTP, 80, True),
        (HTTP, 8443, True),
        (AddressPolicy(ports=frozenset({443, 8443})), 8443, True),
    ],
)
def test_public_addresses_and_names_are_asked_on_permitted_ports_only(
    policy: AddressPolicy, port: int, *, passes: bool
) -> None:
    assert policy.permits(ip_address("8.8.8.8"), port) is passes
    for host in ("8.8.8.8", "remote.example"):
        if passes:
            policy.check_url(f"https://{host}:{port}/")
        else:
            with pytest.raises(Refused, match="do not connect") as caught:
                policy.check_url(f"https://{host}:{port}/")
            assert f"port {port}" in caught.value.detail


def test_a_listed_network_is_asked_on_any_port_and_others_still_are_not() -> None:
    policy = AddressPolicy(allow_private_networks=(ip_network("10.1.0.0/16"),))
    assert policy.permits(ip_address("10.1.2.3"), 8080)
    assert not policy.permits(ip_address("10.2.2.3"), 8080)
    assert not policy.permits(ip_address("8.8.8.8"), 8080)
    policy.check_url("https://name.example:8080/")  # the address will decide


def test_plain_http_needs_the_lab_switch() -> None:
    with pytest.raises(Refused):
        PRODUCTION.check_url("http://remote.example/")
    HTTP.check_url("http://remote.example/")
    PRODUCTION.check_url("https://remote.example/")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "node",
        "a.localhost",
        "printer.local",
        "metadata.google.internal",
        "nas.lan",
        "x.home.arpa",
    ],
)
def test_names_of_local_networks_need_a_lab(host: str) -> None:
    with pytest.raises(Refused):
        HTTP.check_url(f"http://{host}/")
    LAB.check_url(f"http://{host}/")


@pytest.mark.parametrize("policy", [PRODUCTION, HTTP, LAB])
@pytest.mark.parametrize(
    "url",
    [
        "https://abcdefghijklmnop.onion/",
        "https://remote.example./",
        "https://user@remote.example/",
        "https://user:pass@remote.example/",
        "https://remote.example\\@127.0.0.1/",
        "https://remote.example/\r\nX: y",
        "https://remote.example/a b",
        "https://remote.example/\x00",
        "https://remote.example/\t",
        "https://",
        "https:///path",
        "https:remote.example",
        "//remote.example/",
        "/path",
        "",
        "file:///etc/passwd",
        "gopher://remote.example/",
        "ftp://remote.example/",
        "data:text/plain,x",
        "javascript:alert(1)",
        "https://remote.example:0/",
        "https://remote.example:99999/",
        "https://remote.example:x/",
        "https://[::1/",
        "https://[v1.x]/",
        "https://[1.2.3.4]/",
        "https://a..example/",
        "https://-a.example/",
        "https://a,b.example/",
        "https://a%2eexample/",
        "https://remote.example%00.example/",
        f"https://{'a' * 64}.example/",
        f"https://{'a.' * 130}example/",
        f"https://remote.example/{'a' * 2048}",
    ],
)
def test_what_is_no_plain_web_address_is_refused_by_every_policy(policy: AddressPolicy, url: str) -> None:
    with pytest.raises(Refused):
        policy.check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://remote.example/",
        "https://REMOTE.example/path?query=1#fragment",
        "https://bücher.example/",
        "https://xn--bcher-kva.example/",
        "https://under_score.example/",
        "https://1.remote.example/",
        "https://remote.3com/",
        f"https://{'a' * 63}.example/",
    ],
)
def test_ordinary_addresses_pass(url: str) -> None:
    assert PRODUCTION.check_url(url) == urlsplit(url)


def test_the_reason_for_the_log_names_the_host_and_the_person_is_told_no_address() -> None:
    with pytest.raises(Refused) as caught:
        PRODUCTION.check_url("https://10.1.2.3/secret?token=abc")
    assert caught.value.detail.startswith("10.1.2.3: ")
    assert "token" not in caught.value.detail + str(caught.value)


@pytest.mark.parametrize(
    ("url", "wire", "host"),
    [
        ("https://remote.example", "https://remote.example/", "remote.example"),
        ("https://remote.example?q=1", "https://remote.example/?q=1", "remote.example"),
        ("https://remote.example#top", "https://remote.example/", "remote.example"),
        (
            "HTTPS://Remote.Example:443/A/%2e%2E/b%2Fc?x=%7e&y=#f",
            "https://remote.example/A/%2e%2E/b%2Fc?x=%7e&y=",
            "remote.example",
        ),
        ("https://remote.example/a/../b//c?", "https://remote.example/a/../b//c?", "remote.example"),
        (
            "https://bücher.example/ü?ö=%C3%A4",
            "https://xn--bcher-kva.example/%C3%BC?%C3%B6=%C3%A4",
            "xn--bcher-kva.example",
        ),
        ("http://remote.example:8080/", "http://remote.example:8080/", "remote.example:8080"),
        ("http://[2A00::1]:8080/", "http://[2a00::1]:8080/", "[2a00::1]:8080"),
        ("https://[2a00::1]/", "https://[2a00::1]/", "[2a00::1]"),
        (
            "https://remote.example/https://other.example/",
            "https://remote.example/https://other.example/",
            "remote.example",
        ),
    ],
)
def test_what_goes_over_the_wire_is_canonical_in_host_and_untouched_in_path(
    url: str, wire: str, host: str
) -> None:
    assert wire_form(HTTP.check_url(url), url) == (wire, host)


@pytest.mark.parametrize(
    ("base", "reaches", "port"),
    [
        ("http://127.0.0.1:11434/v1", "127.0.0.1", 11434),
        ("http://localhost:11434/v1", "127.0.0.1", 11434),
        ("http://localhost:11434/v1", "::1", 11434),
        ("http://[fd00::5]:8000/v1", "fd00::5", 8000),
        ("https://models.example:8443/v1", "8.8.8.8", 8443),
        ("https://models.example/v1", "8.8.8.8", 443),
    ],
)
def test_an_address_written_by_the_operator_is_trusted_and_nothing_else_private(
    base: str, reaches: str, port: int
) -> None:
    widened = PRODUCTION.trusting(base)
    widened.check_url(base)
    assert widened.permits(ip_address(reaches), port)
    assert not widened.permits(ip_address("10.0.0.1"), port)
    assert not widened.permits(ip_address("169.254.169.254"), port)
    assert widened.allow_http is base.startswith("http:")


def test_what_the_operator_wrote_must_be_an_address() -> None:
    with pytest.raises(NotValid):
        PRODUCTION.trusting("localhost:11434")


@given(st.integers(0, 2**32 - 1))
def test_no_ipv4_address_becomes_public_by_being_wrapped(number: int) -> None:
    for prefix in ("::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::"):
        assert not is_public_address(IPv6Address(int(IPv6Address(prefix)) | number))
    assert not is_public_address(IPv6Address((0x2002 << 112) | (number << 80)))
    assert not is_public_address(IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF)))


@given(st.integers(0, 2**32 - 1))
def test_what_the_standard_library_calls_private_is_never_public_here(number: int) -> None:
    ip = IPv4Address(number)
    if not ip.is_global or ip.is_multicast:
        assert not is_public_address(ip)


@given(st.text(max_size=40))
def test_no_host_makes_the_guard_fail_otherwise_than_by_refusing(host: str) -> None:
    try:
        parts = HTTP.check_url(f"http://{host}/")
    except Refused:
        return
    assert wire_form(parts, f"http://{host}/")[0].isascii()


def test_a_name_spells_no_address() -> None:
    assert literal_address("remote.example") is None
    assert literal_address("8.8.8.8") == ip_address("8.8.8.8")
    assert len(FORBIDDEN) + len(SPELLINGS_OF_LOOPBACK) >= 60
    assert len(FORBIDDEN_V6) >= 30
