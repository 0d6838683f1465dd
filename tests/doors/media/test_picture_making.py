"""How a picture was made: its owner says so, its file says so, and nobody can take it back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.media.conftest import Studio
from tests.fixtures.credentials import DST, IPTC, PLUS, claims, xmp_of
from tests.fixtures.pictures import sent


async def file_of(studio: Studio, media: Any) -> bytes:
    return (await studio.look(media["url"].removeprefix(studio.node.base_url)))[2]


async def note_of(studio: Studio, status: Any) -> Any:
    async with studio.node.http.get(status["uri"], headers={"Accept": "application/activity+json"}) as answer:
        return await answer.json(content_type=None)


async def test_what_a_model_made_says_so_in_the_file_the_post_and_the_object(studio: Studio) -> None:
    _, made = await studio.upload(sent("JPEG"), description="A heron", ai_part="made", ai_tool="Brush <3>")
    source = f"{DST}trainedAlgorithmicMedia"
    assert made["fediverse_node"] == {
        "ai_part": "made",
        "ai_tool": "Brush <3>",
        "digital_source_type": source,
    }
    described = xmp_of(await file_of(studio, made))
    assert described is not None
    assert described.get(f"{IPTC}DigitalSourceType") == source
    assert [each.text for each in described.iter(f"{IPTC}AISystemUsed")] == ["Brush <3>"]

    status = await studio.post(media_ids=[made["id"]], language="de")
    assert status["fediverse_node"]["ai_disclosure"] == "ai-assisted"
    assert "KI-Hilfe" in status["content"]
    assert status["media_attachments"][0]["fediverse_node"] == made["fediverse_node"]
    assert status["media_attachments"][0]["description"] == "A heron"
    note = await note_of(studio, status)
    [shown] = note["attachment"]
    assert (shown["digitalSourceType"], shown["name"]) == (source, "KI-generiertes Bild: A heron")
    assert shown["aiTools"] == [{"type": "Application", "name": "Brush <3>"}]
    assert note["aiTools"] == [{"type": "Application", "name": "Brush <3>", "aiAction": "picture"}]


@pytest.mark.parametrize("said", [{}, {"ai_part": "none"}])
async def test_where_no_model_is_named_nothing_is_labelled(studio: Studio, said: dict[str, str]) -> None:
    _, made = await studio.upload(sent("PNG"), description="A heron", **said)
    assert made["fediverse_node"]["ai_part"] == said.get("ai_part")
    described = xmp_of(await file_of(studio, made))
    assert described is not None
    assert described.get(f"{IPTC}DigitalSourceType") is None
    status = await studio.post(media_ids=[made["id"]])
    assert status["fediverse_node"]["ai_disclosure"] == "human-only"
    [shown] = (await note_of(studio, status))["attachment"]
    assert (shown["name"], "digitalSourceType" in shown) == ("A heron", False)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_every_file_says_who_is_asked_about_training_and_never_yes_or_no(
    studio: Studio,
    kind: str,
) -> None:
    _, made = await studio.upload(sent(kind, size=(700, 20)))
    for address in (made["url"], made["preview_url"]):
        path = address.removeprefix(studio.node.base_url)
        _, headers, data = await studio.look(path)
        described = xmp_of(data)
        assert described is not None
        assert described.get(f"{PLUS}DataMining", "").endswith("/DMI-PROHIBITED-SEECONSTRAINT")
        [constraint] = described.iter(f"{PLUS}OtherConstraints")
        assert f"{address} answers" in "".join(constraint.itertext())
        assert headers["Content-Usage"] == "train-ai=n"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_what_the_file_says_of_itself_cannot_be_denied(studio: Studio, kind: str) -> None:
    claimed = claims(kind, "trainedAlgorithmicMedia")
    status, refused = await studio.upload(claimed, ai_part="edited")
    assert (status, "never taken back" in refused["error"]) == (422, True)
    _, unsaid = await studio.upload(claimed)
    assert unsaid["fediverse_node"]["ai_part"] == "made"
    assert (await studio.upload(claims(kind, "digitalCapture"), ai_part="edited"))[0] == 200


async def test_a_label_of_a_picture_that_waits_is_corrected_and_one_that_is_published_only_raised(
    studio: Studio,
) -> None:
    _, made = await studio.upload(sent("PNG"), ai_part="made", ai_tool="Brush")
    path = f"/api/v1/media/{made['id']}"
    _, less = await studio.call("PUT", path, json={"ai_part": "edited"})
    assert (less["fediverse_node"]["ai_part"], less["id"]) == ("edited", made["id"])
    assert less["url"] != made["url"]
    assert (await studio.look(made["url"].removeprefix(studio.node.base_url)))[0] == 404
    status = await studio.post(media_ids=[made["id"]], training_use="yes", training_media=[made["id"]])

    def saying(part: str) -> dict[str, Any]:
        return {"media_attributes": [{"id": made["id"], "ai_part": part}]}

    post = f"/api/v1/statuses/{status['id']}"
    assert (await studio.call("PUT", post, json=saying("none")))[0] == 422
    _, raised = await studio.call("PUT", post, json=saying("made"))
    [shown] = raised["media_attachments"]
    assert shown["fediverse_node"]["ai_part"] == "made"
    assert shown["id"] != made["id"]
    described = xmp_of(await file_of(studio, shown))
    assert described is not None
    assert described.get(f"{IPTC}DigitalSourceType") == f"{DST}trainedAlgorithmicMedia"
    # The yes was about the other bytes and the other label; what they were stays in the history.
    assert raised["fediverse_node"]["training_use"] == "no"
    assert (await studio.look(less["url"].removeprefix(studio.node.base_url)))[0] == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"ai_part": "edited", "ai_tool": "Brush"}, 200),
        ({"ai_part": f"{DST}trainedAlgorithmicMedia"}, 200),
        ({"ai_part": "perhaps"}, 422),
        ({"ai_tool": "Brush"}, 422),
        ({"ai_part": "made", "ai_tool": "x" * 101}, 422),
    ],
)
async def test_only_what_makes_sense_is_taken(studio: Studio, fields: dict[str, str], status: int) -> None:
    assert (await studio.upload(sent("PNG"), **fields))[0] == status


async def test_whoever_asks_as_the_file_says_hears_the_decision_and_the_file_stays_the_same(
    studio: Studio,
) -> None:
    _, made = await studio.upload(sent("PNG"))
    before = await file_of(studio, made)
    described = xmp_of(before)
    assert described is not None
    [constraint] = described.iter(f"{PLUS}OtherConstraints")
    address = "".join(constraint.itertext()).partition(" answers")[0].rpartition(" ")[2]

    async def hears() -> str:
        return (await studio.look(address.removeprefix(studio.node.base_url)))[1]["Content-Usage"]

    status = await studio.post(media_ids=[made["id"]], training_use="yes", training_media=[made["id"]])
    assert (await hears(), await file_of(studio, made)) == ("train-ai=y", before)
    await studio.call("PUT", f"/api/v1/statuses/{status['id']}", json={"training_use": "no"})
    assert (await hears(), await file_of(studio, made)) == ("train-ai=n", before)


async def test_where_pictures_are_not_signed_there_is_no_root(studio: Studio) -> None:
    assert (await studio.look("/media/credentials.pem"))[0] == 404
