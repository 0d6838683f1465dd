from __future__ import annotations

import pytest

from fediverse_node.credentials import embedding, packet
from fediverse_node.kernel.errors import NotValid
from tests.fixtures.credentials import DST, IPTC, signed_elsewhere, type_of, xmp_of
from tests.fixtures.pictures import opened, sent, transparent


def said(source: str | None = None) -> bytes:
    return packet.packet(
        address="https://here.example/a?b&c", terms="https://here.example/t", source=source, tool="<Brush>"
    )


@pytest.mark.parametrize(
    "data",
    [
        sent("JPEG", progressive=True),
        sent("PNG"),
        sent("WEBP"),
        sent("WEBP", lossless=True),
        transparent(),
    ],
)
def test_the_packet_is_there_once_and_the_picture_as_it_was(data: bytes) -> None:
    once = embedding.embedded(data, type_of(data), said())
    again = embedding.embedded(once, type_of(data), said(f"{DST}trainedAlgorithmicMedia"))
    assert embedding.embedded(again, type_of(data), said()) == once
    assert opened(again).tobytes() == opened(data).tobytes()
    described = xmp_of(again)
    assert described is not None
    assert described.get(f"{IPTC}DigitalSourceType") == f"{DST}trainedAlgorithmicMedia"
    assert again.count(b"<x:xmpmeta") == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_was_signed_before_makes_room(kind: str) -> None:
    data = sent(kind)
    plain = embedding.embedded(data, type_of(data), said())
    assert embedding.embedded(signed_elsewhere(plain), type_of(data), said()) == plain


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_that_ends_too_early_or_is_another_kind_is_refused(kind: str) -> None:
    data = sent(kind)
    with pytest.raises(NotValid):
        embedding.embedded(data, "image/gif", said())
    with pytest.raises(NotValid):
        embedding.embedded(data[:14], type_of(data), said())


def test_a_packet_that_is_too_long_for_a_jpeg_is_refused() -> None:
    with pytest.raises(NotValid, match="too long"):
        embedding.embedded(sent("JPEG"), "image/jpeg", b"x" * 70_000)
