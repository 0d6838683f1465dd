"""The text alternative of a picture: that a model made it comes first, in the language of the post.

Peers drop properties that they do not know, and show this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fediverse_node.credentials.model import AiPart, part_of
from fediverse_node.posts.model import Attachment

#: Of each language: what a model made, and what it changed.
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "ar": ("صورة من إنتاج الذكاء الاصطناعي", "صورة عدّلها الذكاء الاصطناعي"),
    "de": ("KI-generiertes Bild", "Mit KI bearbeitetes Bild"),
    "en": ("AI-generated picture", "Picture edited with AI"),
    "es": ("Imagen generada por IA", "Imagen editada con IA"),
    "fr": ("Image générée par une IA", "Image modifiée avec une IA"),
    "it": ("Immagine generata da una IA", "Immagine modificata con una IA"),
    "ja": ("AIが生成した画像", "AIで編集された画像"),
    "nl": ("Door AI gemaakte afbeelding", "Met AI bewerkte afbeelding"),
    "pt": ("Imagem gerada por IA", "Imagem editada com IA"),
}


def alternative(item: Attachment, language: str | None) -> str | None:
    """What stands for the picture, said by its author and by us; None where nobody said anything.

    Args:
        item: the picture.
        language: of the post, BCP 47.
    """
    said = prefix(part_of(item.digital_source_type), language)
    if said is None or (item.name or "").startswith(said):
        return item.name
    return f"{said}: {item.name}" if item.name else said


def prefix(part: AiPart | None, language: str | None) -> str | None:
    """The words for a model's *part* in a picture; None where it had none, or nobody knows."""
    words = _WORDS.get((language or "en").partition("-")[0].lower(), _WORDS["en"])
    return {"made": words[0], "edited": words[1]}.get(part or "")
