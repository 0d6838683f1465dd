"""Every document we pin is understood by a parser that is not ours, as we mean it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fixtures.golden import FOLDER as GOLDEN
from tests.peers.processes import FOLDER, node_js

JsonDict = dict[str, Any]

NAMES = tuple(sorted(path.stem for path in GOLDEN.glob("*.json")))

#: Our names of properties and those of the description, where they must say the same.
TEXTS = (
    *("type", "name", "summary", "content", "preferredUsername", "sensitive"),
    *("discoverable", "indexable", "manuallyApprovesFollowers"),
)
IDS = {
    name: name
    for name in (
        *("id", "actor", "target", "attributedTo", "inReplyTo", "url", "replies", "likes", "shares"),
        *("inbox", "outbox", "followers", "following", "featured"),
        *("instrument", "result", "interactingObject", "interactionTarget", "quote", "quoteAuthorization"),
    )
} | {"movedTo": "successor"}
LISTS = {"to": "to", "cc": "cc", "alsoKnownAs": "aliases"}
TIMES = ("published", "updated", "endTime")


@pytest.fixture(scope="module")
def understood() -> JsonDict:
    """What Fedify made of all of them, in one go."""
    documents = {name: with_real_key(json.loads((GOLDEN / f"{name}.json").read_text())) for name in NAMES}
    folder = FOLDER / "fedify"
    done = subprocess.run(
        [node_js(folder), str(folder / "read_documents.mjs")],
        input=json.dumps(documents).encode(),
        capture_output=True,
        check=True,
    )
    found: JsonDict = json.loads(done.stdout)
    return found


@pytest.mark.peers("@fedify/fedify", "our documents")
@pytest.mark.parametrize("name", NAMES)
def test_an_independent_parser_understands_it_as_we_mean_it(understood: JsonDict, name: str) -> None:
    ours = json.loads((GOLDEN / f"{name}.json").read_text())
    theirs = understood[name]
    assert "refused" not in theirs, theirs["refused"]
    assert dict(differences(ours, theirs)) == {}


def test_the_comparison_sees_a_difference() -> None:
    ours = {"type": "Note", "id": "https://a.example/1", "to": "https://a.example/2", "content": "<p>x</p>"}
    theirs: JsonDict = {**ours, "to": ["https://a.example/2"], "cc": []}
    assert dict(differences(ours, theirs)) == {}
    assert dict(differences({**ours, "content": "y"}, theirs)) == {"content": ("y", "<p>x</p>")}
    assert dict(differences({**ours, "cc": "https://a.example/3"}, theirs)) == {
        "cc": (["https://a.example/3"], [])
    }


def differences(ours: JsonDict, theirs: JsonDict) -> Iterator[tuple[str, tuple[object, object]]]:
    """Properties that *theirs* describes and *ours* says otherwise, each with both values."""
    for what, pair in compared(ours, theirs):
        if pair[0] != pair[1]:
            yield what, pair
    inner = ours.get("object")
    if isinstance(inner, dict) and isinstance(theirs.get("object"), dict):
        for what, pair in differences(inner, theirs["object"]):
            yield f"object.{what}", pair


def compared(ours: JsonDict, theirs: JsonDict) -> Iterator[tuple[str, tuple[object, object]]]:
    """Each property that both speak of, with both values in one form."""
    for name in TEXTS:
        if name in ours and name in theirs:
            yield name, (ours[name], theirs[name])
    for name, there in IDS.items():
        if ours.get(name) and there in theirs:
            yield name, (normal(id_of(ours[name])), theirs[there])
    yield from compared_lists(ours, theirs)
    if "mentions" in theirs:
        yield from compared_tags(ours, theirs)


def compared_lists(ours: JsonDict, theirs: JsonDict) -> Iterator[tuple[str, tuple[object, object]]]:
    for name, there in LISTS.items():
        if name in ours and there in theirs:
            yield name, ([normal(each) for each in listed(ours[name])], theirs[there])
    if "objects" in theirs:
        yield "object", ([normal(id_of(each)) for each in listed(ours["object"])], theirs["objects"])
    for name in TIMES:
        if ours.get(name) and name in theirs:
            yield name, (moment(ours[name]), theirs[name] and moment(theirs[name]))


def compared_tags(ours: JsonDict, theirs: JsonDict) -> Iterator[tuple[str, tuple[object, object]]]:
    tags = [each for each in listed(ours.get("tag", [])) if isinstance(each, dict)]
    mentions = [{"href": each["href"], "name": each["name"]} for each in tags if each["type"] == "Mention"]
    yield "mentions", (mentions, theirs["mentions"])
    yield "hashtags", ([each["name"] for each in tags if each["type"] == "Hashtag"], theirs["hashtags"])
    for name, there in (("oneOf", "exclusive"), ("anyOf", "inclusive")):
        if name in ours:
            counted = [[each["name"], each["replies"]["totalItems"]] for each in ours[name]]
            yield name, (counted, theirs[there])
    if "interactionPolicy" in ours:
        yield "canQuote", (ours["interactionPolicy"]["canQuote"]["automaticApproval"], theirs["canQuote"])
    media = [normal(id_of(each["url"])) for each in listed(ours.get("attachment", [])) if "url" in each]
    yield "attachments", (media, [each["url"] for each in theirs["attachments"]])


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def id_of(value: Any) -> Any:
    return value["id"] if isinstance(value, dict) and "id" in value else value


def normal(uri: str) -> str:
    """As a URL parser of the web writes it."""
    return quote(uri, safe=":/?#[]@!$&'()*+,;=%")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def with_real_key(document: JsonDict) -> JsonDict:
    """The golden actors show a shortened key, which no parser takes; another stands in for it."""
    pem = rsa.generate_private_key(65537, 2048).public_key()
    text = pem.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def replaced(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: text if name == "publicKeyPem" else replaced(each) for name, each in value.items()}
        return [replaced(each) for each in value] if isinstance(value, list) else value

    result: JsonDict = replaced(document)
    return result
