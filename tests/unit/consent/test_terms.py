from __future__ import annotations

from fediverse_node.consent import terms


def test_the_text_that_people_agreed_to_is_not_changed_under_the_same_name() -> None:
    """A new text needs a new id, and a new line here."""
    assert (terms.CURRENT.id, terms.CURRENT.sha256) == (
        "training-1",
        "353c26f373da9b6c5ddcb6e3579f0beb735e325d4a74689b07567711c3826a0a",
    )
