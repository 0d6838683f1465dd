from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.moderation import sharing
from fediverse_node.moderation.model import DomainBlock, Severity

MASTODON = """#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
bad.example,suspend,true,true,"spam, and worse",false
Loud.Example,silence,false,false,,true
"""
READ = [
    DomainBlock(
        domain="bad.example",
        severity="suspend",
        reject_media=True,
        reject_reports=True,
        public_comment="spam, and worse",
    ),
    DomainBlock(domain="loud.example", severity="silence", obfuscate=True),
]


@pytest.mark.parametrize(
    "text", [MASTODON, MASTODON.replace("#", ""), "\ufeff" + MASTODON.replace("\n", "\r\n")]
)
def test_mastodons_lists_are_read_with_and_without_its_signs(text: str) -> None:
    assert sharing.read(text) == READ


def test_a_file_of_domains_alone_shuts_them_out() -> None:
    assert sharing.read("bad.example\n\nworse.example\n") == [
        DomainBlock(domain="bad.example", severity="suspend"),
        DomainBlock(domain="worse.example", severity="suspend"),
    ]
    assert sharing.read("") == []


@pytest.mark.parametrize("line", ["bad.example,banish", "no domain,suspend", ",suspend"])
def test_a_line_that_cannot_be_understood_is_named(line: str) -> None:
    with pytest.raises(NotValid, match="The line"):
        sharing.read(f"#domain,#severity\n{line}\n")


severities: st.SearchStrategy[Severity] = st.sampled_from(["noop", "silence", "suspend"])
rules = st.builds(
    DomainBlock,
    domain=st.from_regex(r"[a-z]{1,8}\.(example|test)", fullmatch=True),
    severity=severities,
    reject_media=st.booleans(),
    reject_reports=st.booleans(),
    public_comment=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20),
    obfuscate=st.booleans(),
)


@given(st.lists(rules, max_size=5, unique_by=lambda rule: rule.domain))
def test_what_is_written_is_read_again(found: list[DomainBlock]) -> None:
    assert sharing.read(sharing.write(found)) == found
