from __future__ import annotations

import base64
import hashlib

from fediverse_node.webclient.inline import hashes


def expression(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_each_script_in_a_page_is_named_by_its_digest() -> None:
    page = (
        "<script>\n let a = '<b>' && 1;\r\n</script><p>no script</p><script src='x.js'>unused</script>"
        '<SCRIPT type="module">import "./é"</SCRIPT><script>twice</script><script>twice</script>'
    )
    first = expression("\n let a = '<b>' && 1;\n")
    assert hashes(page) == (first, expression('import "./é"'), expression("twice"))


def test_a_page_without_scripts_names_none() -> None:
    assert hashes("<p onclick='x()'>no</p><style>script{}</style>") == ()
