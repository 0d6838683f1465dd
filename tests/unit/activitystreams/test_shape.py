from __future__ import annotations

import random
from typing import Any

import pytest

from fediverse_node.activitystreams.shape import PROTECTED, check_shape, load_document
from fediverse_node.activitystreams.vocabulary import AS2, SECURITY_V1
from fediverse_node.kernel.errors import NotValid

NOTE: dict[str, Any] = {"id": "https://a.example/1", "type": "Note", "to": []}


def accept(document: dict[str, Any]) -> None:
    check_shape(document)


def refuse(document: dict[str, Any]) -> None:
    with pytest.raises(NotValid):
        check_shape(document)


def with_terms(terms: Any) -> dict[str, Any]:
    return {"@context": [AS2, SECURITY_V1, terms], **NOTE}


@pytest.mark.parametrize(
    "keyword", ["@graph", "@included", "@reverse", "@nest", "@base", "@import", "@index", "@"]
)
def test_a_keyword_out_of_place_is_refused_at_any_depth(keyword: str) -> None:
    inner = {"id": "https://a.example/x", "type": "Follow"}
    refuse({"@context": AS2, keyword: [inner], **NOTE})
    refuse({"@context": AS2, **NOTE, "tag": [{"type": "Link", "x": {keyword: inner}}]})
    accept({"@context": AS2, **NOTE, "tag": [{"type": "Link", "x": {keyword.strip("@") or "x": inner}}]})


@pytest.mark.parametrize(
    "keyword", ["@graph", "@id", "@type", "@reverse", "@included", "@context", "@nest", "@none"]
)
def test_a_keyword_under_another_name_is_refused(keyword: str) -> None:
    refuse(with_terms({"g": keyword}))
    refuse(with_terms({"g": {"@id": keyword}}))
    refuse(with_terms({"g": keyword, "h": "g"}))
    accept(with_terms({"g": "as:graph"}))


@pytest.mark.parametrize("term", sorted(PROTECTED))
def test_a_term_that_decides_may_not_mean_something_else(term: str) -> None:
    meaning = PROTECTED[term]
    accept(with_terms({term: meaning}))
    refuse(with_terms({term: "https://evil.example/" + term}))
    refuse(with_terms({term: None}))
    refuse(with_terms({term: {"@type": "@id"}}))
    if not meaning.startswith("@"):
        accept(with_terms({term: {"@id": meaning, "@type": "@id"}}))
        refuse(with_terms({term: {"@id": meaning, "@type": "@json"}}))
        refuse(with_terms({term: {"@id": meaning, "@type": ["@id"]}}))


def test_the_sender_of_one_term_cannot_become_another() -> None:
    refuse(with_terms({"attributedTo": {"@id": "as:actor", "@type": "@id"}}))
    refuse(with_terms({"attributedTo": f"{AS2}#actor"}))
    accept(with_terms({"attributedTo": {"@id": "as:attributedTo", "@type": "@id"}}))


def test_a_prefix_cannot_smuggle_another_meaning_in() -> None:
    refuse(with_terms({"as": "https://evil.example/#", "movedTo": "as:movedTo"}))
    refuse(with_terms({"x": "https://evil.example/#", "movedTo": "x:movedTo"}))
    accept(with_terms({"x": f"{AS2}#", "movedTo": "x:movedTo"}))
    accept(with_terms({"x": {"@id": f"{AS2}#", "@prefix": True}, "movedTo": "x:movedTo"}))
    refuse(with_terms({"x": {"@id": 5}, "movedTo": "x:movedTo"}))


def test_what_mastodon_repeats_is_accepted() -> None:
    accept(
        with_terms(
            {
                "movedTo": {"@id": "as:movedTo", "@type": "@id"},
                "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
                "toot": "http://joinmastodon.org/ns#",
                "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
                "@language": "ar",
                "gone": None,
            }
        )
    )


@pytest.mark.parametrize(
    "definition",
    [
        {"@id": "x:y", "@context": {"actor": "as:object"}},
        {"@reverse": "as:actor"},
        {"@id": "x:y", "@nest": "z"},
        {"@id": "x:y", "@import": "https://evil.example"},
        {"@id": "x:y", "@propagate": False},
        {"@id": "x:y", "@container": "@graph"},
        {"@id": "x:y", "@container": ["@set", "@id"]},
        {"@id": "x:y", "@container": "@type"},
        {"@id": "x:y", "@container": {}},
        7,
        ["x:y"],
    ],
)
def test_a_term_that_scopes_or_rearranges_is_refused(definition: Any) -> None:
    refuse(with_terms({"odd": definition}))
    accept(with_terms({"odd": {"@id": "x:y", "@container": ["@set"], "@language": "en"}}))


@pytest.mark.parametrize(
    "context", [None, [None], 5, [AS2, [SECURITY_V1]], {"@import": AS2}, {"@propagate": False}]
)
def test_a_context_that_clears_or_imports_is_refused_everywhere(context: Any) -> None:
    refuse({"@context": context, **NOTE})
    refuse({"@context": AS2, **NOTE, "object": {"@context": context, **NOTE}})


def test_contexts_by_address_are_accepted_also_unknown_ones_and_embedded_ones() -> None:
    accept({"@context": [AS2, "https://unknown.example/ns"], **NOTE})
    accept({"@context": AS2, **NOTE, "object": {"@context": AS2, **NOTE}})
    accept({"@context": {"@vocab": f"{AS2}#", "@version": 1.1}, **NOTE})
    accept(NOTE)


def test_a_json_literal_is_inert_whatever_it_holds() -> None:
    accept({**NOTE, "extra": {"@type": "@json", "@value": {"@graph": [{"actor": "x"}], "@reverse": 1}}})
    refuse({**NOTE, "extra": {"@type": "@json", "value": {"@graph": []}}})


def test_two_ids_that_differ_are_refused() -> None:
    refuse({**NOTE, "@id": "https://a.example/2"})
    refuse({**NOTE, "@type": "Follow"})
    accept({**NOTE, "@id": NOTE["id"]})


def test_forty_thousand_terms_are_refused() -> None:
    refuse(with_terms({f"t{n}": f"x:{n}" for n in range(40_000)}))
    accept(with_terms({f"t{n}": f"x:{n}" for n in range(900)}))


def test_a_document_is_loaded_and_checked_in_one_step() -> None:
    assert load_document(b'{"type":"Note"}', limit=100) == {"type": "Note"}
    with pytest.raises(NotValid):
        load_document(b'{"@graph":[]}', limit=100)


def test_random_trees_are_accepted_or_refused_and_nothing_else() -> None:
    names = [
        "@context",
        "@graph",
        "@id",
        "id",
        "@value",
        "type",
        "@list",
        "actor",
        "@type",
        "@container",
        "x",
    ]
    draw = random.Random(7)

    def tree(depth: int) -> Any:
        pick = draw.randrange(7)
        if depth == 0 or pick < 3:
            return draw.choice([None, True, 1, 1.5, "as:actor", "@graph", AS2])
        if pick < 5:
            return {draw.choice(names): tree(depth - 1) for _ in range(draw.randrange(4))}
        return [tree(depth - 1) for _ in range(draw.randrange(4))]

    for _ in range(3000):
        document = {draw.choice(names): tree(4) for _ in range(3)}
        try:
            check_shape(document)
        except NotValid:
            continue
