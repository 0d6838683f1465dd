"""Content Credentials in pictures of our people: signed last, whole, read by the library of C2PA."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.credentials import process
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.place import folder_of
from tests.doors.media.conftest import LIMITS, Studio
from tests.fixtures.credentials import DST, active, assertion, read, signed_elsewhere, xmp_of
from tests.fixtures.nodes import running_node
from tests.fixtures.pictures import sent

MADE = f"{DST}trainedAlgorithmicMedia"


@pytest.fixture
async def signing(database_url: str, tmp_path: Path) -> AsyncIterator[Studio]:
    settings = {
        **LIMITS,
        "FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads"),
        "FEDIVERSE_NODE_MEDIA__CREDENTIALS": "true",
    }
    async with running_node(database_url, settings=settings) as node:
        yield Studio(
            node=node,
            alice=await node.add_person("alice"),
            bob=await node.add_person("bob"),
            folder=Folder(folder_of(node.node.config), free_at_least=0),
        )


async def files_of(studio: Studio, media: Any) -> list[bytes]:
    paths = (media[name].removeprefix(studio.node.base_url) for name in ("url", "preview_url"))
    return [(await studio.look(path))[2] for path in paths]


def done(manifest: Any) -> list[str]:
    return [each["action"] for each in assertion(manifest, "c2pa.actions.v2")["actions"]]


async def test_the_picture_and_the_small_one_are_signed_as_they_are_served(signing: Studio) -> None:
    _, made = await signing.upload(sent("JPEG", size=(700, 20)), ai_part="made", ai_tool="Brush")
    whole, small = await files_of(signing, made)
    for data, actions in (
        (whole, ["c2pa.created", "c2pa.transcoded"]),
        (small, ["c2pa.created", "c2pa.resized", "c2pa.transcoded"]),
    ):
        found = read(data)
        assert found["validation_state"] == "Valid"
        assert [each["code"] for each in found["validation_status"]] == ["signingCredential.untrusted"]
        manifest = active(found)
        assert manifest["signature_info"]["issuer"] == signing.node.node.config.domain
        assert done(manifest) == actions
        first = assertion(manifest, "c2pa.actions.v2")["actions"][0]
        assert first["digitalSourceType"] == MADE
        assert first["softwareAgent"] == {"name": "Brush"}
        entries = assertion(manifest, "cawg.training-mining")["entries"]
        assert {each["use"] for each in entries.values()} == {"constrained"}
        assert all("Content-Usage" in each["constraint_info"] for each in entries.values())
        assert xmp_of(data) is not None
    _, shown = await signing.call("GET", f"/api/v1/media/{made['id']}")
    assert shown["fediverse_node"]["credentials"] == {
        "signed_by": signing.node.node.config.domain,
        "came_with": None,
    }
    broken = bytearray(whole)
    broken[-40] ^= 1
    assert read(bytes(broken))["validation_state"] == "Invalid"


async def test_a_manifest_that_says_nothing_of_a_person_goes_along_and_its_label_counts(
    signing: Studio,
) -> None:
    _, made = await signing.upload(signed_elsewhere(sent("PNG")), description="A heron")
    assert made["fediverse_node"]["ai_part"] == "made"
    found = read((await files_of(signing, made))[0])
    assert found["validation_state"] == "Valid"
    manifest = active(found)
    assert done(manifest) == ["c2pa.opened", "c2pa.transcoded"]
    [ingredient] = manifest["ingredients"]
    before = found["manifests"][ingredient["active_manifest"]]
    assert before["signature_info"]["issuer"] == "elsewhere.example"
    _, shown = await signing.call("GET", f"/api/v1/media/{made['id']}")
    assert shown["fediverse_node"]["credentials"]["came_with"]["signer"] == "elsewhere.example"


async def test_a_manifest_that_names_a_place_is_read_and_left_behind(signing: Studio) -> None:
    taken = {"action": "c2pa.created", "digitalSourceType": f"{DST}digitalCapture"}
    place = {"@context": {"exif": "http://ns.adobe.com/exif/1.0/"}, "exif:GPSLatitude": "52,31,12N"}
    data = signed_elsewhere(sent("PNG"), taken, assertions={"stds.exif": place})
    _, made = await signing.upload(data)
    assert made["fediverse_node"]["ai_part"] is None
    [kept, _] = await files_of(signing, made)
    found = read(kept)
    assert len(found["manifests"]) == 1
    assert b"GPSLatitude" not in kept
    assert done(active(found)) == ["c2pa.opened", "c2pa.transcoded"]


async def test_a_label_that_is_raised_is_signed_anew_and_what_was_said_before_stays_below(
    signing: Studio,
) -> None:
    _, made = await signing.upload(sent("WEBP"), ai_part="edited")
    status = await signing.post(media_ids=[made["id"]])
    said = {"media_attributes": [{"id": made["id"], "ai_part": "made", "ai_tool": "Brush"}]}
    _, edited = await signing.call("PUT", f"/api/v1/statuses/{status['id']}", json=said)
    [shown] = edited["media_attachments"]
    found = read((await files_of(signing, shown))[0])
    assert found["validation_state"] == "Valid"
    assert len(found["manifests"]) == 2
    actions = assertion(active(found), "c2pa.actions.v2")["actions"]
    assert [each.get("digitalSourceType") for each in actions] == [None, MADE, None]


async def test_without_the_extra_pictures_are_taken_in_unsigned_(
    signing: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "is_installed", lambda: False)
    status, made = await signing.upload(sent("PNG"), ai_part="made")
    assert (status, made["fediverse_node"]["ai_part"]) == (200, "made")
    [kept, _] = await files_of(signing, made)
    assert b"c2pa" not in kept
    assert xmp_of(kept) is not None


async def test_the_root_that_pictures_hang_on_is_there_for_whoever_trusts_it(signing: Studio) -> None:
    _, made = await signing.upload(sent("PNG"))
    status, headers, root = await signing.look("/media/credentials.pem")
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "application/pem-certificate-chain")
    [kept, _] = await files_of(signing, made)
    trusting = read(kept, trusted=root.decode())
    assert trusting["validation_state"] == "Trusted"
