"""How an author is named is a part of the yes that says so, and of no other."""

from __future__ import annotations

import pytest

from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent import decisions, queries, terms
from fediverse_node.consent.model import NOTHING_MORE, Allowance, Extent, Subject
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.tx import Tx

ALICE = "https://alpha.example/users/alice"
ADDRESSES = Addresses("https://alpha.example")


def a_post(name: str) -> Subject:
    uri = f"{ALICE}/posts/{name}"
    return Subject(object_uri=uri, author_uri=ALICE, revision="a" * 64, public=True, own=True, present=True)


def test_only_who_says_so_is_named_and_only_in_datasets(tx: Tx) -> None:
    post = a_post("1")

    def said(**to: str | tuple[str, ...]) -> str | None:
        allowing = Allowance(**to)  # type: ignore[arg-type] # words of a test
        return decisions.choose(tx, post, actor_uri=ALICE, allow=True, method="page", to=allowing).credit

    assert said() is None
    assert said(credit="none") is None
    assert said(credit="handle") == "handle"
    assert said(credit="name") == "name"
    assert said(credit="name", purposes=("train-ai",)) is None
    with pytest.raises(NotValid, match="none, handle, name"):
        said(credit="passport")
    assert [line.credit for line in queries.history(tx, post.object_uri)] == [None, "handle", "name", None]


def test_a_yes_under_older_terms_names_nobody_however_it_is_written(tx: Tx) -> None:
    # Those terms said that no profile is in the datasets.
    for version, held in ((terms.CURRENT, True), (terms.SECOND, False)):
        post = a_post(version.id)
        line = (ALICE, post.object_uri, post.revision)
        for named, holds in ((Extent(credit="handle"), held), (NOTHING_MORE, True)):
            entry = queries.append(
                tx, line, kind="grant", purposes=("train-ai",), terms=version, method="page", extent=named
            )
            assert (decisions.granted(post, entry) is not None) == holds
