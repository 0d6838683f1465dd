from __future__ import annotations

import pytest

from fediverse_node.kernel.errors import NotValid
from fediverse_node.moderation.model import DomainBlock, Policy, Stance, canonical_domain, names_of


def rules(*domains: str, severity: str = "suspend") -> Policy:
    found = {name: DomainBlock(domain=name, severity=severity) for name in domains}  # type: ignore[arg-type]  # a test's words
    return Policy(domains=found, suspended=frozenset(), shunned=frozenset(), concerned=frozenset())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Example.ORG", "example.org"),
        ("example.org.", "example.org"),
        ("*.example.org", "example.org"),
        ("@example.org", "example.org"),
        ("https://example.org/about", "example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("\uff45xample.org", "example.org"),
        ("127.0.0.1:8080", "127.0.0.1:8080"),
    ],
)
def test_a_domain_has_one_canonical_form(written: str, meant: str) -> None:
    # ADM-06
    assert canonical_domain(written) == meant


@pytest.mark.parametrize("written", ["", "  ", "a b", "example.org/path", "*."])
def test_what_is_no_domain_is_refused(written: str) -> None:
    with pytest.raises(NotValid):
        canonical_domain(written)


@pytest.mark.parametrize("host", ["bad.example", "a.bad.example", "a.b.bad.example:8443", "bad.example:80"])
def test_a_rule_holds_for_what_is_below_its_domain(host: str) -> None:
    # ADM-06
    assert rules("bad.example").is_shut_out(f"https://{host}/users/x")


@pytest.mark.parametrize("host", ["notbad.example", "example", "bad.example.org", "bad-example"])
def test_a_rule_does_not_hold_for_neighbours(host: str) -> None:
    assert not rules("bad.example").is_shut_out(f"https://{host}/users/x")


def test_the_nearest_rule_counts() -> None:
    found = Policy(
        domains={
            "example.org": DomainBlock(domain="example.org", severity="suspend"),
            "good.example.org": DomainBlock(domain="good.example.org", severity="noop"),
        },
        suspended=frozenset(),
        shunned=frozenset(),
        concerned=frozenset(),
    )
    assert found.is_shut_out("https://example.org/")
    assert not found.is_shut_out("https://good.example.org/")
    assert not found.is_silenced("good.example.org")


def test_an_address_without_a_host_is_not_shut_out() -> None:
    assert not rules("bad.example").is_shut_out("urn:uuid:1")
    assert not rules().is_shut_out("https://bad.example/")


def test_a_silenced_server_is_not_shut_out() -> None:
    found = rules("loud.example", severity="silence")
    assert found.is_silenced("a.loud.example")
    assert not found.is_out("loud.example", "https://loud.example/users/x")


def test_an_actor_is_out_by_its_handle_or_by_its_id() -> None:
    found = rules("bad.example")
    assert found.is_out("bad.example", "https://other.example/users/x")
    assert found.is_out("other.example", "https://bad.example/users/x")
    assert not found.is_out("other.example", "https://other.example/users/x")


def test_too_many_to_keep_means_to_ask() -> None:
    found = Policy(domains={}, suspended=frozenset(), shunned=None, concerned=None)
    assert found.concerns(1)
    assert not found.concerns(None)
    assert found.may_turn_away(1, "example.org")
    assert not rules().may_turn_away(1, "example.org")


def test_whoever_shuns_a_server_shuns_those_below_it() -> None:
    stance = Stance(muting={}, domains=frozenset({"loud.example"}))
    assert stance.shuns("a.loud.example:81")
    assert not stance.shuns("quiet.example")
    assert names_of("a.b:1") == ["a.b:1", "a.b", "b"]
