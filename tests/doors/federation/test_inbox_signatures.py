"""Who signed this? Every refusal here has a twin that differs in the attacked property only, and passes.

Numbers (SIG-…) are those of the attack catalogue. Refused means: no row, no fetch beyond the key.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from fediverse_node.actors import queries as actors
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import (
    COVERED,
    Answer,
    Letter,
    RemoteActor,
    RemoteServer,
    cavage,
    digest,
    public_pem,
    rsa_key,
)
from tests.fixtures.nodes import running_node

HOUR = timedelta(hours=1)


async def refused(street: Street, letter: Letter, status: int = 401) -> None:
    """*letter* is refused and leaves nothing; nothing is fetched but what its key needs."""
    before, asked = await street.rows(), len(street.there.fetches())
    assert await letter.send(street.there.http) == status
    assert await street.rows() == before
    assert set(street.there.fetches()[asked:]) <= {"/users/bob", "/users/carol"}


async def taken(street: Street, letter: Letter) -> None:
    """*letter* takes effect: bob follows alice."""
    assert await letter.send(street.there.http) == 202
    assert await street.follower(street.bob) is not None


def follow(street: Street, **how: Any) -> Letter:
    """Bob's Follow of alice, signed as *how* says."""
    return street.bob.letter(street.inbox, street.bob.follow(street.alice.actor.uri), **how)


async def test_a_delivery_without_a_signature_is_refused(street: Street) -> None:  # SIG-01
    letter = follow(street)
    await refused(street, letter.with_header("Signature", None))
    assert street.there.fetches() == []
    await taken(street, letter)


@pytest.mark.one_engine
@pytest.mark.parametrize("name", ["digest", "host", "(request-target)", "date"])
async def test_what_binds_a_delivery_must_be_signed(street: Street, name: str) -> None:  # SIG-03, 05, 06
    await refused(street, follow(street, covered=[each for each in COVERED if each != name]))
    assert street.there.fetches() == []
    await taken(street, follow(street))


@pytest.mark.one_engine
@pytest.mark.parametrize("covered", [(), ("date",), (*COVERED, "host"), (*COVERED, "x-absent")])
async def test_lists_of_signed_headers_that_prove_too_little(
    street: Street, covered: tuple[str, ...]
) -> None:  # SIG-07
    await refused(street, follow(street, covered=covered))
    await taken(street, follow(street))


async def test_a_body_without_a_digest_is_refused(street: Street) -> None:  # SIG-02
    letter = follow(street, covered=("(request-target)", "host", "date"))
    await refused(street, letter.with_header("Digest", None))
    await taken(street, follow(street))


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "make",
    [
        lambda body: digest(body + b" "),
        lambda body: "MD5=" + base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode(),
        lambda body: f"{digest(body)},SHA-256={base64.b64encode(bytes(32)).decode()}",
        lambda body: f"sha-1={base64.b64encode(bytes(20)).decode()}",
    ],
)
async def test_a_digest_that_does_not_hold_is_refused(street: Street, make: Any) -> None:  # SIG-04
    plain = follow(street)
    wrong = make(plain.body)
    letter = follow(street, signed_as={"Digest": wrong})
    await refused(street, replace(letter, body=plain.body).with_header("Digest", wrong))


async def test_the_name_of_a_digest_may_be_in_any_case(street: Street) -> None:  # SIG-04
    body = json.dumps(street.bob.follow(street.alice.actor.uri)).encode()
    odd = digest(body).replace("SHA-256", "Sha-256")
    letter = street.bob.letter(street.inbox, body, signed_as={"Digest": odd})
    await taken(street, letter.with_header("Digest", odd))


async def test_a_body_that_was_changed_on_the_way_is_refused(street: Street) -> None:
    letter = follow(street)
    await refused(street, replace(letter, body=letter.body.replace(b"Follow", b"Fallow")))
    await taken(street, letter)


async def test_a_delivery_signed_for_another_server_is_refused(street: Street) -> None:  # SIG-05, SIG-13
    await refused(street, follow(street, signed_as={"Host": "elsewhere.example"}))
    letter = follow(street, signed_as={"Host": "elsewhere.example"})
    await refused(street, letter.with_header("Host", "elsewhere.example"))
    await taken(street, follow(street))


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "target", ["/inbox", "/users/alice/inbox?", "/users/alice/inbox?a=b", "/users/ALICE/inbox"]
)
async def test_a_delivery_signed_for_another_path_is_refused(street: Street, target: str) -> None:  # SIG-06
    await refused(street, follow(street, target=target))
    await taken(street, follow(street))


async def test_a_signature_of_another_method_is_refused(street: Street) -> None:  # SIG-06
    letter = follow(street)
    headers = {name: value for name, value in letter.headers if name != "Signature"}
    made = cavage(
        street.bob.key, key_id=street.bob.key_id, method="PUT", target="/users/alice/inbox", headers=headers
    )
    await refused(street, letter.with_header("Signature", made))
    await taken(street, letter)


async def test_a_neighbour_cannot_sign_for_an_actor(street: Street) -> None:  # SIG-08
    document = street.bob.follow(street.alice.actor.uri)
    await refused(street, street.carol.letter(street.inbox, document), 403)
    await taken(street, street.bob.letter(street.inbox, document))


async def test_an_actor_of_another_server_cannot_sign(street: Street) -> None:  # SIG-09
    async with RemoteServer("elsewhere") as elsewhere:
        mallory = elsewhere.add_actor("mallory")
        for document in (street.bob.follow(street.alice.actor.uri), street.bob.create()):
            await refused(street, mallory.letter(street.inbox, document), 403)
    await taken(street, follow(street))


async def test_a_key_whose_owner_does_not_name_it_proves_nothing(street: Street) -> None:  # SIG-10
    stray = street.there.publish(
        {
            "@context": "https://w3id.org/security/v1",
            "id": f"{street.there.origin}/keys/1",
            "type": "Key",
            "owner": street.bob.uri,
            "publicKeyPem": public_pem(rsa_key("stray")),
        }
    )
    letter = follow(street, key=rsa_key("stray"), key_id=stray["id"])
    before = await street.rows()
    assert await letter.send(street.there.http) == 401
    assert await street.rows() == before


async def test_a_key_with_a_document_of_its_own_is_found_through_its_owner(street: Street) -> None:  # SIG-10
    id_ = f"{street.there.origin}/keys/1"
    key = {"id": id_, "owner": street.bob.uri, "publicKeyPem": public_pem(street.bob.key)}
    street.there.publish({"@context": "https://w3id.org/security/v1", "type": "Key", **key})
    street.bob.extra["publicKey"] = key
    await taken(street, follow(street, key_id=id_))


async def test_a_key_at_a_path_below_the_actor_is_found(street: Street) -> None:  # GoToSocial
    id_ = f"{street.bob.uri}/main-key"
    key = {"id": id_, "owner": street.bob.uri, "publicKeyPem": public_pem(street.bob.key)}
    street.bob.extra["publicKey"] = key
    stub = {
        name: street.bob.document()[name]
        for name in ("@context", "id", "type", "preferredUsername", "publicKey")
    }
    street.there.documents["/users/bob/main-key"] = stub
    await taken(street, follow(street, key_id=id_))


async def test_a_key_document_with_another_id_is_not_believed(street: Street) -> None:  # SIG-17
    street.there.documents["/keys/2"] = {
        "@context": "https://w3id.org/security/v1",
        "id": f"{street.there.origin}/keys/1",
        "type": "Key",
        "owner": street.bob.uri,
        "publicKeyPem": public_pem(street.bob.key),
    }
    before = await street.rows()
    assert await follow(street, key_id=f"{street.there.origin}/keys/2").send(street.there.http) == 401
    assert await street.rows() == before


@pytest.mark.parametrize("off", [-HOUR - timedelta(minutes=1), HOUR + timedelta(minutes=1)])
async def test_a_date_more_than_an_hour_off_is_refused(street: Street, off: timedelta) -> None:  # SIG-11
    now = datetime.now(UTC)
    await refused(street, follow(street, at=now + off))
    await taken(street, follow(street, at=now + off * 0.9))


@pytest.mark.parametrize(
    ("created", "expires", "algorithm"),
    [(7200, None, "hs2019"), (-7200, None, "hs2019"), (0, -600, "hs2019"), (0, None, "rsa-sha256")],
)
async def test_times_of_a_signature_that_do_not_hold(
    street: Street, created: int, expires: int | None, algorithm: str
) -> None:  # SIG-12
    now = int(datetime.now(UTC).timestamp())
    covered = ["(request-target)", "(created)", "host", "digest"]
    given = {"created": now + created} | ({} if expires is None else {"expires": now + expires})
    letter = follow(street, covered=covered, parameters=given, algorithm=algorithm)
    await refused(street, letter.with_header("Date", None))
    twin = follow(street, covered=covered, parameters={"created": now}, algorithm="hs2019")
    await taken(street, twin.with_header("Date", None))


async def test_a_delivery_without_any_time_is_refused(street: Street) -> None:  # SIG-12
    covered = [each for each in COVERED if each != "date"]
    await refused(street, follow(street, covered=covered).with_header("Date", None))


async def test_a_replay_has_no_second_effect(street: Street) -> None:  # SIG-13
    letter = follow(street)
    await taken(street, letter)
    before = await street.rows()
    assert await letter.send(street.there.http) == 202
    assert await street.rows() == before


async def test_a_replay_to_another_inbox_has_no_second_effect(street: Street) -> None:  # SIG-13
    document = street.bob.follow(street.alice.actor.uri)
    await taken(street, street.bob.letter(street.inbox, document))
    before = await street.rows()
    assert await street.bob.send(street.shared, document) == 202
    assert await street.rows() == before


@pytest.mark.one_engine
@pytest.mark.parametrize("name", ["Signature", "Date", "Digest"])
async def test_a_header_that_stands_twice_is_refused(street: Street, name: str) -> None:  # SIG-14
    letter = follow(street)
    twice = replace(letter, headers=(*letter.headers, (name, letter.header(name))))
    await refused(street, twice)
    await taken(street, letter)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.replace("headers=", 'keyId="http://127.0.0.1/x",headers='),
        lambda value: value.replace("keyId=", "keyid="),
        lambda value: value.replace("headers=", "headérs="),
        lambda value: value + ",",
        lambda value: value.replace('signature="', 'signature="AA'),
        lambda value: "nonsense",
    ],
)
async def test_a_signature_header_that_is_spelled_in_another_way_is_refused(
    street: Street, change: Any
) -> None:  # SIG-15
    letter = follow(street)
    await refused(street, letter.with_header("Signature", change(letter.header("Signature"))))
    await taken(street, letter)


async def test_the_public_key_is_no_shared_secret(street: Street) -> None:  # SIG-16
    letter = follow(street)
    headers = {name.lower(): value for name, value in letter.headers}
    lines = [
        f"{name}: " + ("post /users/alice/inbox" if name.startswith("(") else headers[name])
        for name in COVERED
    ]
    mac = hmac.digest(public_pem(street.bob.key).encode(), "\n".join(lines).encode(), "sha256")
    for algorithm in ("hmac-sha256", "hs2019", "rsa-sha256"):
        made = (
            f'keyId="{street.bob.key_id}",algorithm="{algorithm}",headers="{" ".join(COVERED)}",'
            f'signature="{base64.b64encode(mac).decode()}"'
        )
        await refused(street, letter.with_header("Signature", made))
    await taken(street, letter)


@pytest.mark.one_engine
@pytest.mark.parametrize("algorithm", ["none", "hmac-sha256", "rsa-sha1", "ed25519"])
async def test_other_algorithms_are_refused(street: Street, algorithm: str) -> None:  # SIG-16
    await refused(street, follow(street, algorithm=algorithm))
    await taken(street, follow(street))


async def test_the_kind_of_key_decides_under_hs2019(street: Street) -> None:  # SIG-16
    key = Ed25519PrivateKey.generate()
    raw = key.public_key().public_bytes_raw()
    street.bob.extra["assertionMethod"] = [
        {
            "id": f"{street.bob.uri}#ed25519-key",
            "type": "Multikey",
            "controller": street.bob.uri,
            "publicKeyMultibase": _multibase(b"\xed\x01" + raw),
        }
    ]
    how: dict[str, Any] = {"key": key, "key_id": f"{street.bob.uri}#ed25519-key"}
    await refused(street, follow(street, **how, algorithm="rsa-sha256"))
    await taken(street, follow(street, **how, algorithm="hs2019"))


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "pem",
    [
        lambda: public_pem(generate_private_key(public_exponent=65537, key_size=1024)),  # noqa: S505 a key too weak to be believed
        lambda: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        lambda: "not a key",
    ],
)
async def test_weak_and_unreadable_keys_prove_nothing(street: Street, pem: Any) -> None:  # SIG-23
    street.bob.extra["publicKey"] = {"id": street.bob.key_id, "owner": street.bob.uri, "publicKeyPem": pem()}
    await refused(street, follow(street))


async def test_a_replaced_key_is_fetched_once_more_and_then_believed(street: Street) -> None:  # SIG-19
    await street.meet(street.bob)
    street.bob.key = rsa_key("bob's second")
    worker_free = await running(street)
    assert await street.bob.send(street.inbox, street.bob.like(worker_free)) == 202
    stored = await street.post(worker_free)
    assert stored is not None
    assert stored.favourites_count == 1


async def test_a_key_that_does_not_fit_is_fetched_once_in_five_minutes(street: Street) -> None:  # SIG-19
    await street.meet(street.bob)
    asked = len(street.there.asked_for("/users/bob"))
    for _ in range(4):
        await refused(street, follow(street, key=rsa_key("somebody's")))
    assert len(street.there.asked_for("/users/bob")) <= asked + 1
    await taken(street, follow(street))


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Answer(status=503), 503),
        (Answer(status=429), 503),
        (Answer(status=404), 401),
        (Answer(status=410), 401),
        (Answer(status=403), 401),
        (Answer(body=b"<html>", content_type="text/html"), 401),
        (Answer(body=b"x" * (1 << 21)), 401),
        (Answer(status=302, headers={"Location": "/users/bob"}), 401),
        (Answer(document={"id": "http://127.0.0.1:1/users/bob", "type": "Person"}), 401),
        (Answer(body=b"[]"), 401),
    ],
)
async def test_a_key_that_cannot_be_had_is_not_asked_for_again(
    street: Street, answer: Answer, status: int
) -> None:  # SIG-20
    street.there.answers["/users/bob"] = answer
    before = await street.rows()
    assert await follow(street).send(street.there.http) == status
    asked = len(street.there.asked)
    assert await follow(street).send(street.there.http) == status
    assert len(street.there.asked) == asked
    assert await street.rows() == before


async def test_a_server_that_cannot_be_reached_is_a_reason_to_try_again(street: Street) -> None:  # SIG-20
    async with RemoteServer("short-lived") as gone:
        ghost = gone.add_actor("ghost")
        letter = ghost.letter(street.inbox, ghost.follow(street.alice.actor.uri))
    assert await letter.send(street.there.http) == 503


async def test_a_suspended_actor_causes_no_fetch(street: Street) -> None:  # SIG-21
    bob = await street.meet(street.bob)
    await street.write(lambda tx: actors.change(tx, bob.id, {"suspended_at": tx.now}))
    asked = len(street.there.asked)
    document = street.bob.follow(street.alice.actor.uri)
    assert await street.bob.send(street.inbox, document) == 403
    unknown_key = street.bob.letter(street.inbox, document, key_id=f"{street.bob.uri}#other")
    assert await unknown_key.send(street.there.http) == 403
    assert len(street.there.asked) == asked
    await street.write(lambda tx: actors.change(tx, bob.id, {"suspended_at": None}))
    assert await street.bob.send(street.inbox, document) == 202


@pytest.mark.parametrize(
    "path", ["/users/%61lice/inbox", "/users//alice/inbox", "/users/alice/./inbox", "/Inbox"]
)
async def test_other_spellings_of_an_inbox_are_not_that_inbox(street: Street, path: str) -> None:  # SIG-24
    letter = street.bob.letter(street.node.base_url + path, street.bob.follow(street.alice.actor.uri))
    before = await street.rows()
    status = await letter.send(street.there.http)
    if status == 202:  # signed as it was sent: the same inbox in other letters
        assert "%61" in path
    else:
        assert status in {401, 404, 405}
        assert await street.rows() == before


async def test_what_was_signed_in_other_letters_is_refused(street: Street) -> None:  # SIG-24
    url = f"{street.node.base_url}/users/%61lice/inbox"
    document = street.bob.follow(street.alice.actor.uri)
    await refused(street, street.bob.letter(url, document, target="/users/alice/inbox"))


async def test_an_absolute_target_is_refused(street: Street) -> None:  # SIG-25
    letter = follow(street)
    host, port = street.node.domain.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [f"POST {street.inbox} HTTP/1.1", *(f"{name}: {value}" for name, value in letter.headers)]
    lines += [f"Content-Length: {len(letter.body)}", "Connection: close", "", ""]
    writer.write("\r\n".join(lines).encode() + letter.body)
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 400 ")


async def test_a_compressed_body_is_refused(street: Street) -> None:  # SIG-26
    await refused(street, follow(street).with_header("Content-Encoding", "gzip"), 415)
    await taken(street, follow(street).with_header("Content-Encoding", "identity"))


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/html", None])
async def test_other_content_types_are_refused(street: Street, kind: str | None) -> None:
    covered = [each for each in COVERED if each != "content-type"]
    await refused(street, follow(street, covered=covered).with_header("Content-Type", kind), 415)
    fine = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
    await taken(street, follow(street, covered=covered).with_header("Content-Type", fine))


async def test_a_body_over_the_limit_is_refused(street: Street) -> None:
    document = street.bob.follow(street.alice.actor.uri)
    room = 256 * 1024 - len(json.dumps({**document, "pad": ""}).encode())
    await refused(street, street.bob.letter(street.inbox, {**document, "pad": "x" * (room + 1)}), 413)
    await taken(street, street.bob.letter(street.inbox, {**document, "pad": "x" * room}))


async def test_rfc_9421_is_understood(street: Street) -> None:  # SIG-27
    letter = rfc9421_letter(street.bob, street.inbox, street.bob.follow(street.alice.actor.uri))
    await taken(street, letter)


@pytest.mark.one_engine
@pytest.mark.parametrize("missing", ["@method", "@target-uri", "content-digest"])
async def test_rfc_9421_must_cover_what_binds_a_delivery(street: Street, missing: str) -> None:  # SIG-27
    document = street.bob.follow(street.alice.actor.uri)
    await refused(street, rfc9421_letter(street.bob, street.inbox, document, without=missing))
    await taken(street, rfc9421_letter(street.bob, street.inbox, document))


async def test_both_schemes_at_once_are_refused(street: Street) -> None:  # SIG-27
    document = street.bob.follow(street.alice.actor.uri)
    new = rfc9421_letter(street.bob, street.inbox, document)
    old = street.bob.letter(street.inbox, document)
    both = replace(new, headers=(*new.headers, ("Signature", old.header("Signature"))))
    await refused(street, both)


async def test_with_federation_off_there_is_no_inbox(database_url: str) -> None:  # SIG-30
    off = {"FEDIVERSE_NODE_FEDERATION__ENABLED": "false"}
    async with running_node(database_url, settings=off) as node, RemoteServer() as there:
        await node.add_person("alice")
        bob = there.add_actor("bob")
        document = bob.follow(node.addresses.actor("alice"))
        assert await bob.send(node.addresses.inbox("alice"), document) == 404
        assert await bob.send(node.addresses.shared_inbox, document) == 404
        assert there.fetches() == []


async def test_the_farewell_of_an_unknown_actor_is_taken_and_nothing_is_fetched(
    street: Street,
) -> None:  # SIG-31
    farewell = street.bob.activity("Delete", street.bob.uri)
    street.there.answers["/users/bob"] = Answer(status=410)
    before = await street.rows()
    assert await street.bob.send(street.shared, farewell) == 202
    assert street.there.fetches() == []
    assert await street.rows() == before


async def test_the_farewell_of_a_known_actor_is_confirmed_at_its_origin(street: Street) -> None:  # SIG-31
    await street.meet(street.bob)
    street.there.answers["/users/bob"] = Answer(status=410)
    farewell = street.bob.activity("Delete", street.bob.uri)
    assert await street.bob.send(street.shared, farewell, key=rsa_key("lost")) == 202
    gone = await street.actor(street.bob)
    assert gone is not None
    assert gone.deleted_at is not None


@pytest.mark.parametrize("answer", [Answer(status=404), None])
async def test_a_farewell_that_the_origin_does_not_confirm_has_no_effect(
    street: Street, answer: Answer | None
) -> None:  # SIG-31
    await street.meet(street.bob)
    if answer is not None:
        street.there.answers["/users/bob"] = answer
    farewell = street.bob.activity("Delete", street.bob.uri)
    assert await street.bob.send(street.shared, farewell, key=rsa_key("lost")) in {202, 401}
    still = await street.actor(street.bob)
    assert still is not None
    assert still.deleted_at is None


async def test_keys_of_ours_do_not_sign_for_us_from_outside(street: Street) -> None:  # OBJ-32
    document = street.bob.follow(street.alice.actor.uri)
    await refused(
        street, street.bob.letter(street.inbox, document, key_id=street.node.addresses.key("alice")), 403
    )
    ours = {**document, "actor": street.alice.actor.uri}
    await refused(street, street.bob.letter(street.inbox, ours), 403)


async def test_deliveries_to_nobody_are_refused(street: Street) -> None:
    nobody = street.node.addresses.inbox("nobody")
    await refused(street, street.bob.letter(nobody, street.bob.follow(street.alice.actor.uri)), 404)


async def test_many_deliveries_of_a_stranger_at_once_fetch_its_key_once(street: Street) -> None:
    post = await street.write_post()
    letters = [street.bob.letter(street.inbox, street.bob.like(post.uri)) for _ in range(8)]
    statuses = await asyncio.gather(*(letter.send(street.there.http) for letter in letters))
    assert statuses == [202] * 8
    assert len(street.there.asked_for("/users/bob")) == 1


async def test_the_key_is_asked_for_with_a_signature_of_our_own(street: Street) -> None:
    await taken(street, follow(street))
    [asked] = street.there.asked_for("/users/bob")
    assert f'keyId="{street.node.addresses.key(street.node.domain)}"' in asked.headers["Signature"]
    assert asked.headers["Accept"].startswith("application/activity+json")


async def running(street: Street) -> str:
    """The id of a post of alice's."""
    return (await street.write_post()).uri


def rfc9421_letter(bob: RemoteActor, url: str, document: dict[str, Any], *, without: str = "") -> Letter:
    """*document* signed as RFC 9421 section 3 says, over what Mastodon asks for but for *without*."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 only here
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 only here

    plain = bob.letter(url, document)
    content_digest = f"sha-256=:{base64.b64encode(hashlib.sha256(plain.body).digest()).decode()}:"
    values = {"@method": "POST", "@target-uri": url, "content-digest": content_digest}
    covered = [name for name in values if name != without]
    created = int(datetime.now(UTC).timestamp())
    stated = "(" + " ".join(f'"{name}"' for name in covered) + f');created={created};keyid="{bob.key_id}"'
    base = "\n".join([*(f'"{name}": {values[name]}' for name in covered), f'"@signature-params": {stated}'])
    made = base64.b64encode(bob.key.sign(base.encode(), PKCS1v15(), SHA256())).decode()
    letter = plain.with_header("Signature", f"sig1=:{made}:").with_header("Digest", None)
    return replace(
        letter,
        headers=(*letter.headers, ("Content-Digest", content_digest), ("Signature-Input", f"sig1={stated}")),
    )


def _multibase(data: bytes) -> str:
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = alphabet[digit] + digits
    return f"z{digits}"
