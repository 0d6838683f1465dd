from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.moderation import sharing
from fediverse_node.moderation.model import DomainBlock, Severity
from fediverse_node.moderation.sharing import Reading

MASTODON = """#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
bad.example,suspend,true,true,"spam, and worse",false
Loud.Example,silence,false,false,,true
"""
READ = (
    DomainBlock(
        domain="bad.example",
        severity="suspend",
        reject_media=True,
        reject_reports=True,
        public_comment="spam, and worse",
    ),
    DomainBlock(domain="loud.example", severity="silence", obfuscate=True),
)


@pytest.mark.parametrize(
    "text", [MASTODON, MASTODON.replace("#", ""), "\ufeff" + MASTODON.replace("\n", "\r\n")]
)
def test_mastodons_lists_are_read_with_and_without_its_signs(text: str) -> None:
    assert sharing.read(text) == Reading(rules=READ)


def test_a_file_of_domains_alone_shuts_them_out() -> None:
    assert sharing.read("bad.example\n\nworse.example\n").rules == (
        DomainBlock(domain="bad.example", severity="suspend"),
        DomainBlock(domain="worse.example", severity="suspend"),
    )
    assert sharing.read("") == Reading()


@pytest.mark.parametrize(
    ("line", "text", "reason"),
    [
        ("bad.example,banish", "bad.example,banish", "no severity"),
        ("no domain,suspend", "no domain,suspend", "no domain"),
        (",suspend", ",suspend", ""),
        ("bad\r.example,suspend", "", "comma-separated"),
        ("our.example,silence", "our.example,silence", "this server"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_the_others_are_read(
    line: str, text: str, reason: str
) -> None:
    spread = 'bad.example,suspend,"two\nlines"'
    whole = f"#domain,#severity,#public_comment\n{spread}\n{line}\nworse.example,silence\n"
    found = sharing.read(whole, own_domain="our.example")

    assert [rule.domain for rule in found.rules] == ["bad.example", "worse.example"]
    assert [(each.line, each.text) for each in found.refused] == [(4, text)]
    assert reason in found.refused[0].reason


def test_a_comment_is_on_one_line_and_holds_nothing_that_a_terminal_obeys() -> None:
    found = sharing.read('bad.example,suspend,false,false,"two\nlines\0\x1b[2J",false\n')
    assert found.rules[0].public_comment == "two lines [2J"


def test_a_list_that_is_too_long_is_not_read() -> None:
    with pytest.raises(NotValid, match="at most"):
        sharing.read("a.example\n" * (sharing.MAX_ROWS + 1))


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
    assert sharing.read(sharing.write(found)).rules == tuple(found)
