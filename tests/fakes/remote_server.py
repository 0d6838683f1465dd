"""Another server of the fediverse, on loopback: it has actors with real keys, serves documents, signs.

    async with RemoteServer() as there:
        bob = there.add_actor("bob")
        status = await bob.send(node.addresses.inbox("alice"), bob.follow(alice.uri))

It keeps what it was asked and what it was sent, and answers wrongly when a test tells it to:
`there.answers["/users/bob"] = Answer(status=503)`. Two of them are two origins, as their ports differ.
Signatures are made here, from the drafts, and not by the code under test.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from multidict import CIMultiDict
from yarl import URL

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]
ACTIVITY_JSON = "application/activity+json"
#: What a cavage signature of ours covers.
COVERED = ("(request-target)", "host", "date", "digest", "content-type")

JsonDict = dict[str, Any]


@cache
def rsa_key(whose: str) -> RSAPrivateKey:
    """A key for each name, made once in a run: a pair takes a tenth of a second."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(key: RSAPrivateKey | Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server says instead of what it should."""

    status: int = 200
    document: JsonDict | None = None
    body: bytes = b""
    content_type: str | None = ACTIVITY_JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    #: waited for before answering
    after: asyncio.Event | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A delivery, ready to be sent, with every part open to be changed."""

    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...]
    method: str = "POST"

    def with_header(self, name: str, value: str | None) -> Letter:
        """With header *name* replaced; removed when *value* is None."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=kept if value is None else (*kept, (name, value)))

    def header(self, name: str) -> str:
        return next(value for key, value in self.headers if key.lower() == name.lower())

    async def send(self, http: aiohttp.ClientSession) -> int:
        """Send it and give the status."""
        headers = CIMultiDict(self.headers)
        url = URL(self.url, encoded=True)
        async with http.request(
            self.method, url, data=self.body, headers=headers, skip_auto_headers=("Content-Type",)
        ) as answer:
            await answer.read()
            return answer.status


def cavage(
    key: RSAPrivateKey | Ed25519PrivateKey,
    *,
    key_id: str,
    method: str = "POST",
    target: str,
    headers: Mapping[str, str],
    covered: Sequence[str] = COVERED,
    algorithm: str | None = "rsa-sha256",
    parameters: Mapping[str, int] | None = None,
) -> str:
    """The value of a `Signature` header, of draft-cavage-http-signatures-12 section 2.3."""
    small = {name.lower(): value for name, value in headers.items()}
    stated = parameters or {}

    def line(name: str) -> str:
        if name == "(request-target)":
            return f"{name}: {method.lower()} {target}"
        if name in {"(created)", "(expires)"}:
            return f"{name}: {stated[name.strip('()')]}"
        return f"{name}: {small.get(name, '')}"

    text = "\n".join(map(line, covered)).encode()
    made = key.sign(text, PKCS1v15(), SHA256()) if isinstance(key, RSAPrivateKey) else key.sign(text)
    parts = [f'keyId="{key_id}"', *([f'algorithm="{algorithm}"'] if algorithm else [])]
    parts += [f"{name}={value}" for name, value in stated.items()]
    parts += [f'headers="{" ".join(covered)}"'] if covered else []
    return ",".join([*parts, f'signature="{base64.b64encode(made).decode()}"'])


def digest(body: bytes) -> str:
    return f"SHA-256={base64.b64encode(hashlib.sha256(body).digest()).decode()}"


@dataclass
class RemoteActor:
    """Somebody on a `RemoteServer`. `extra` goes into the actor document, over what stands there."""

    server: RemoteServer
    name: str
    key: RSAPrivateKey
    extra: JsonDict = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"{self.server.origin}/users/{self.name}"

    @property
    def key_id(self) -> str:
        return f"{self.uri}#main-key"

    @property
    def handle(self) -> str:
        return f"@{self.name}@{self.server.domain}"

    @property
    def followers(self) -> str:
        return f"{self.uri}/followers"

    def document(self) -> JsonDict:
        """The actor document as it is served."""
        return {
            "@context": CONTEXT,
            "id": self.uri,
            "type": "Person",
            "preferredUsername": self.name,
            "name": self.name.title(),
            "inbox": f"{self.uri}/inbox",
            "outbox": f"{self.uri}/outbox",
            "followers": self.followers,
            "following": f"{self.uri}/following",
            "endpoints": {"sharedInbox": f"{self.server.origin}/inbox"},
            "publicKey": {"id": self.key_id, "owner": self.uri, "publicKeyPem": public_pem(self.key)},
            **self.extra,
        }

    # What it says

    def activity(self, type_: str, object_: Any, **more: Any) -> JsonDict:
        return {
            "@context": CONTEXT,
            "id": self.server.new_id(f"{type_.lower()}s"),
            "type": type_,
            "actor": self.uri,
            "object": object_,
            **more,
        }

    def note(self, content: str = "<p>Hello</p>", **more: Any) -> JsonDict:
        """A public note, served at its id."""
        id_ = self.server.new_id("notes")
        document = {
            "@context": CONTEXT,
            "id": id_,
            "type": "Note",
            "attributedTo": self.uri,
            "content": content,
            "published": now_text(),
            "to": [PUBLIC],
            "cc": [self.followers],
            **more,
        }
        self.server.publish(document)
        return document

    def create(self, note: JsonDict | None = None, **more: Any) -> JsonDict:
        note = note or self.note()
        return self.activity("Create", note, to=note.get("to", []), cc=note.get("cc", []), **more)

    def follow(self, whom: str) -> JsonDict:
        return self.activity("Follow", whom)

    def like(self, what: str) -> JsonDict:
        return self.activity("Like", what)

    def announce(self, what: Any, **more: Any) -> JsonDict:
        return self.activity("Announce", what, **{"to": [PUBLIC], "cc": [self.followers], **more})

    def undo(self, activity: JsonDict | str) -> JsonDict:
        return self.activity("Undo", activity)

    # How it sends it

    def letter(
        self,
        url: str,
        document: JsonDict | bytes,
        *,
        key: RSAPrivateKey | Ed25519PrivateKey | None = None,
        key_id: str | None = None,
        at: datetime | None = None,
        covered: Sequence[str] = COVERED,
        algorithm: str | None = "rsa-sha256",
        signed_as: Mapping[str, str] | None = None,
        target: str | None = None,
        parameters: Mapping[str, int] | None = None,
    ) -> Letter:
        """*document*, signed with this actor's key.

        Args:
            signed_as: headers whose signed value is another than the one that is sent.
        """
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        parts = URL(url, encoded=True)
        headers = {
            "Host": parts.raw_authority,
            "Date": format_datetime(at or datetime.now(UTC), usegmt=True),
            "Digest": digest(body),
            "Content-Type": ACTIVITY_JSON,
        }
        signature = cavage(
            key or self.key,
            key_id=key_id or self.key_id,
            target=target or parts.raw_path_qs,
            headers={**headers, **(signed_as or {})},
            covered=covered,
            algorithm=algorithm,
            parameters=parameters,
        )
        return Letter(url=url, body=body, headers=(*headers.items(), ("Signature", signature)))

    async def send(self, url: str, document: JsonDict | bytes, **how: Any) -> int:
        """Sign *document*, send it to *url*, and give the status; *how* as in `letter`."""
        return await self.letter(url, document, **how).send(self.server.http)


class RemoteServer:
    """Listens on loopback while the `async with` lasts."""

    def __init__(self, name: str = "remote") -> None:
        self.name = name
        self.actors: dict[str, RemoteActor] = {}
        self.documents: dict[str, JsonDict] = {}
        self.answers: dict[str, Answer] = {}
        self.asked: list[Asked] = []
        self.received: list[JsonDict] = []
        self.on_receive: Callable[[JsonDict], int] = lambda _: 202
        #: what is asked in a way that the server does not like is a 401
        self.refuses: Callable[[Asked], bool] = lambda _: False
        self._ids = itertools.count(1)
        self._arrived = asyncio.Event()

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=1 << 20)
        application.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.domain = f"{host}:{port}"
        self.origin = f"http://{self.domain}"
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.close()
        await self._runner.cleanup()

    def add_actor(self, name: str, **extra: Any) -> RemoteActor:
        actor = RemoteActor(self, name, rsa_key(f"{self.name}/{name}"), extra)
        self.actors[name] = actor
        return actor

    def publish(self, document: JsonDict) -> JsonDict:
        """Serve *document* at its id."""
        self.documents[document["id"].removeprefix(self.origin)] = document
        return document

    def new_id(self, kind: str) -> str:
        return f"{self.origin}/{kind}/{next(self._ids)}"

    def asked_for(self, path: str) -> list[Asked]:
        """The GETs of *path* so far."""
        return [each for each in self.asked if each.method == "GET" and each.path.partition("?")[0] == path]

    def fetches(self) -> list[str]:
        """The paths that were fetched so far."""
        return [each.path for each in self.asked if each.method == "GET"]

    async def receives(self, type_: str, count: int = 1) -> list[JsonDict]:
        """Wait until *count* activities of *type_* have arrived at any inbox here."""
        while len(found := [each for each in self.received if each.get("type") == type_]) < count:
            self._arrived.clear()
            await self._arrived.wait()
        return found

    async def is_asked_for(self, path: str) -> None:
        """Wait until *path* was asked for."""
        while not self.asked_for(path):
            self._arrived.clear()
            await self._arrived.wait()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append(Asked(request.method, request.raw_path, dict(request.headers), body))
        self._arrived.set()
        if self.refuses(self.asked[-1]):
            return web.Response(status=401)
        if (given := self.answers.get(request.path)) is not None:
            if given.after is not None:
                await given.after.wait()
            return _response(given)
        if request.method == "POST":
            document = json.loads(body)
            self.received.append(document)
            self._arrived.set()
            return web.Response(status=self.on_receive(document))
        if request.path == "/.well-known/webfinger":
            return self._webfinger(parse_qs(request.query_string)["resource"][0])
        found = self._document(request.path)
        return web.Response(status=404) if found is None else _response(Answer(document=found))

    def _document(self, path: str) -> JsonDict | None:
        actor = self.actors.get(path.removeprefix("/users/")) if path.startswith("/users/") else None
        return actor.document() if actor is not None else self.documents.get(path)

    def _webfinger(self, resource: str) -> web.Response:
        name, _, host = resource.removeprefix("acct:").partition("@")
        actor = self.actors.get(name)
        if actor is None or host != self.domain:
            return web.Response(status=404)
        return web.json_response(self.jrd(actor), content_type="application/jrd+json")

    def jrd(self, actor: RemoteActor) -> JsonDict:
        return {
            "subject": f"acct:{actor.name}@{self.domain}",
            "links": [{"rel": "self", "type": ACTIVITY_JSON, "href": actor.uri}],
        }


def now_text() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _response(given: Answer) -> web.Response:
    body = given.body if given.document is None else json.dumps(given.document).encode()
    response = web.Response(status=given.status, body=body, headers=given.headers)
    if given.content_type is None:
        response.headers.popall("Content-Type", None)
    else:
        response.headers["Content-Type"] = given.content_type
    return response
