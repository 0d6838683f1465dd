from __future__ import annotations

import pytest
from markupsafe import Markup

from fediverse_node.actors.addresses import Addresses
from fediverse_node.web.pages.emoji_views import reaction_views, with_pictures

HERE = Addresses("https://here.example")
BLOB = "https://here.example/emoji/files/1.png"
EMOJIS = ((":blob:", BLOB), (":away:", "https://there.example/a.png"))
IMAGE = f'<img class="emoji" src="{BLOB}" alt=":blob:" title=":blob:" loading="lazy">'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<p>Hi :blob: there</p>", f"<p>Hi {IMAGE} there</p>"),
        ("<p>:away: :unknown:</p>", "<p>:away: :unknown:</p>"),
        (
            '<p><a href="https://x.example/:blob:">x</a></p>',
            '<p><a href="https://x.example/:blob:">x</a></p>',
        ),
        ("<pre><code>:blob:</code></pre>:blob:", f"<pre><code>:blob:</code></pre>{IMAGE}"),
        ("&lt;:blob:&gt;", f"&lt;{IMAGE}&gt;"),
    ],
)
def test_codes_in_the_text_become_pictures_of_this_server(text: str, shown: str) -> None:
    safe = Markup(text)  # noqa: S704 made above
    assert with_pictures(safe, EMOJIS, HERE) == shown


def test_an_address_cannot_leave_its_attribute() -> None:
    evil = ((":blob:", 'https://here.example/"onerror="x'),)
    assert '"onerror' not in with_pictures(Markup(":blob:"), evil, HERE)


def test_reactions_show_a_picture_of_ours_and_else_their_name() -> None:
    found = reaction_views(
        (("🎉", None, 2), (":blob:", BLOB, 1), (":<b>:", "https://there.example/b", 1)), HERE
    )
    assert [(str(each.emoji), each.count) for each in found] == [("🎉", 2), (IMAGE, 1), (":&lt;b&gt;:", 1)]
