"""The pictures in `croissant.json`: what is in the tar files, and how a reader takes it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fediverse_node.export.pictures import ABOUT
from fediverse_node.kernel.kinds import JPEG, PNG, WEBP

JsonDict = dict[str, Any]

_FILES: Final = "picture-files"
_SAID: Final = "picture-metadata"


def file_sets(files: Mapping[str, str]) -> Iterator[JsonDict]:
    """Pictures, and what is said of them, in those of *files* that are tar files."""
    tars = [{"@id": name} for name in sorted(files) if name.endswith(".tar")]
    if not tars:
        return
    yield {
        "@type": "cr:FileSet",
        "@id": _FILES,
        "name": _FILES,
        "description": "The pictures.",
        "containedIn": tars,
        "encodingFormat": [kind.media_type for kind in (JPEG, PNG, WEBP)],
        "includes": [f"*.{kind.ending}" for kind in (JPEG, PNG, WEBP)],
    }
    yield {
        "@type": "cr:FileSet",
        "@id": _SAID,
        "name": _SAID,
        "description": "What is said of each picture, under the same name.",
        "containedIn": tars,
        "encodingFormat": "application/json",
        "includes": "*.json",
    }


def record_sets(count: int) -> Iterator[JsonDict]:
    """The *count* pictures as records, and what is said of each as another: the same key joins them.

    What is said is given as a document: readers do not take JSON apart that lies in an archive.
    """
    if not count:
        return
    fields = ", ".join(f"{name}: {meaning}" for name, meaning in ABOUT.items()).replace("`", "")
    yield _records("pictures", _FILES, "One picture each.", ("image", "sc:ImageObject", "the picture"))
    yield _records(
        "picture_metadata", _SAID, "What is said of each picture.", ("json", "sc:Text", f"JSON with {fields}")
    )


def _records(name: str, source: str, meaning: str, content: tuple[str, str, str]) -> JsonDict:
    where = {"fileSet": {"@id": source}}
    key = {
        **where,
        "extract": {"fileProperty": "filename"},
        "transform": {"regex": "([0-9a-f]{64})"},
    }
    field, kind, said = content
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": meaning,
        "key": {"@id": f"{name}/sha256"},
        "field": [
            _field(f"{name}/sha256", "sc:Text", "the picture's key: SHA-256 of its bytes", key),
            _field(f"{name}/{field}", kind, said, {**where, "extract": {"fileProperty": "content"}}),
        ],
    }


def _field(path: str, kind: str, meaning: str, source: JsonDict) -> JsonDict:
    return {
        "@type": "cr:Field",
        "@id": path,
        "name": path.rpartition("/")[2],
        "description": meaning,
        "dataType": kind,
        "source": source,
    }
