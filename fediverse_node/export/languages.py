"""What language a text is in: what its author declared, and what a detector makes of it.

The detector (py3langid, from the extra `data`) works without a network. It is loaded where it is used, and
takes some 0.3 ms for a post.
"""

from __future__ import annotations

from typing import Any

#: What an author left open is taken from the detector only when it is this sure.
SURE = 0.9
_MOST_LOOKED_AT = 2_000


class Detector:
    """Says the language of a text. Without py3langid, or where it is not *wanted*, there are no scores."""

    def __init__(self, *, wanted: bool = True) -> None:
        self._identifier = _load() if wanted else None

    @property
    def works(self) -> bool:
        """Whether there are scores."""
        return self._identifier is not None

    def look(self, text: str, declared: str | None) -> tuple[str, float | None]:
        """The language of *text* (BCP 47; `und` is unknown) and how sure the detector is of it, 0 to 1."""
        if self._identifier is None:
            return declared or "und", None
        ranks: dict[str, float] = dict(self._identifier.rank(text[:_MOST_LOOKED_AT]))
        if declared is not None:
            score = ranks.get(declared.partition("-")[0].lower())
            return declared, None if score is None else _short(score)
        best = max(ranks, key=lambda language: ranks[language])
        return (best, _short(ranks[best])) if ranks[best] >= SURE else ("und", None)


def _short(score: float) -> float:
    # Of what follows, a machine with other instructions makes something else.
    return round(score, 4)


def _load() -> Any:
    try:
        # Needs numpy and a second; comes without types.
        from py3langid.langid import (  # type: ignore[import-untyped]  # noqa: PLC0415
            MODEL_FILE,
            LanguageIdentifier,
        )
    except ImportError:
        return None
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
