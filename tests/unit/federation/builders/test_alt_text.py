from __future__ import annotations

import pytest

from fediverse_node.credentials.model import AiPart, source_of
from fediverse_node.federation.builders.alt_text import alternative
from fediverse_node.posts.model import Attachment


def picture(name: str | None, part: AiPart | None) -> Attachment:
    return Attachment(
        type="Document", media_type="image/png", url="", name=name, digital_source_type=source_of(part)
    )


@pytest.mark.parametrize(
    ("name", "part", "language", "said"),
    [
        ("A heron", None, "en", "A heron"),
        (None, "none", "en", None),
        ("A heron", "made", "en-GB", "AI-generated picture: A heron"),
        (None, "made", "fr", "Image générée par une IA"),
        ("Ein Reiher", "edited", "de", "Mit KI bearbeitetes Bild: Ein Reiher"),
        ("A heron", "made", "eo", "AI-generated picture: A heron"),
        ("A heron", "edited", None, "Picture edited with AI: A heron"),
        ("AI-generated picture: A heron", "made", "en", "AI-generated picture: A heron"),
    ],
)
def test_what_a_model_did_comes_first_in_the_language_of_the_post_and_once(
    name: str | None, part: AiPart | None, language: str | None, said: str | None
) -> None:
    assert alternative(picture(name, part), language) == said
