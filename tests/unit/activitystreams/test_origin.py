from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.activitystreams.origin import check_fetched, check_fetched_again, require_canonical
from fediverse_node.kernel.errors import NotValid

HERE = "https://a.example/users/bob"


def test_a_document_is_believed_when_its_id_is_the_address_that_answered() -> None:
    assert check_fetched({"id": HERE}, final_url=HERE) is None
    assert check_fetched({"id": HERE}, final_url=HERE + "#main-key") is None


def test_another_path_of_the_same_origin_is_fetched_once_more() -> None:
    assert check_fetched({"id": HERE}, final_url="https://a.example/@bob") == HERE
    check_fetched_again({"id": HERE}, final_url=HERE)
    with pytest.raises(NotValid):
        check_fetched_again({"id": HERE}, final_url="https://a.example/@bob")


@pytest.mark.parametrize(
    "final_url",
    [
        "https://b.example/users/bob",
        "http://a.example/users/bob",
        "https://a.example:8443/users/bob",
        "https://sub.a.example/",
    ],
)
def test_the_id_of_another_origin_is_refused(final_url: str) -> None:
    with pytest.raises(NotValid):
        check_fetched({"id": HERE}, final_url=final_url)


@pytest.mark.parametrize(
    "id_",
    [
        None, "", 5, [HERE], {"id": HERE}, "/users/bob", "users/bob", "//a.example/users/bob",
        "https://user:pw@a.example/users/bob", "https://a.example:443/users/bob", HERE + "#x", HERE + "#",
        "https://a.example./users/bob", "https://A.example/users/bob", "https://\uff41.example/users/bob",
        "ftp://a.example/users/bob", "https://a.example/\nusers", "https://a.example/users/bob " , "HTTPS://a.example/users/bob",
        "https://a.example\\@b.example/", "https://" + "a" * 3000,
    ],
)  # fmt: skip
def test_a_missing_or_ambiguous_id_is_refused(id_: Any) -> None:
    with pytest.raises(NotValid):
        check_fetched({"id": id_, "url": HERE}, final_url=HERE)


def test_authority_does_not_come_from_url() -> None:
    with pytest.raises(NotValid):
        check_fetched({"url": HERE}, final_url=HERE)
    with pytest.raises(NotValid):
        check_fetched({"id": "https://b.example/1", "url": HERE}, final_url=HERE)


def test_a_port_that_is_not_the_default_belongs_to_the_id() -> None:
    require_canonical("http://127.0.0.1:8081/actor")
    require_canonical("https://xn--mnchen-3ya.example/users/bob")
