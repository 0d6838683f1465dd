from __future__ import annotations

from fediverse_node.consent import terms


def test_the_text_that_people_agreed_to_is_not_changed_under_the_same_name() -> None:
    """A new text needs a new id, and a new line here."""
    assert [(version.id, version.sha256) for version in terms.VERSIONS] == [
        ("training-3", "67d4a5b6b17f3e2a96a1a71c4015585184ad1659331905f7d9b4826119e04357"),
        ("training-2", "cfd72f8d2cfebdfde1a06636a3f18e07769bdacb36b889db42727806267ed6c6"),
        ("training-1", "d8e8882350927beda84d30f8f6421057910f1c9307dde6d8f4530b35fb9382bf"),
    ]


def test_what_is_shown_is_the_newest_and_each_version_is_found_by_its_name() -> None:
    assert terms.VERSIONS[0] is terms.CURRENT
    for version in terms.VERSIONS:
        assert terms.version(version.id) is version
    assert terms.version("training-0") is None
