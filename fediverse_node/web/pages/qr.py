"""A text as a QR code, drawn here: it holds a secret, so no other server is asked to draw it."""

from __future__ import annotations

from markupsafe import Markup

_PIXELS = 5


def qr_code(text: str) -> Markup:
    """An `<svg>` element, black on white in every colour scheme, as cameras read it best."""
    import segno  # noqa: PLC0415 only this page draws one

    # Nothing of the text stands in the drawing as text.
    return Markup(segno.make(text, error="m", micro=False).svg_inline(scale=_PIXELS, light="#fff"))  # noqa: S704 as said
