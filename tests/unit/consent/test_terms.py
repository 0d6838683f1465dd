from __future__ import annotations

from fediverse_node.consent import terms


def test_the_text_that_people_agreed_to_is_not_changed_under_the_same_name() -> None:
    """A new text needs a new id, and a new line here."""
    assert (terms.CURRENT.id, terms.CURRENT.sha256) == (
        "training-1",
        "d8e8882350927beda84d30f8f6421057910f1c9307dde6d8f4530b35fb9382bf",
    )
