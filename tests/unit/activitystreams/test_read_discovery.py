from __future__ import annotations

import pytest

from fediverse_node.activitystreams.read_discovery import read_nodeinfo, read_nodeinfo_links, read_webfinger
from fediverse_node.kernel.errors import NotValid

BOB = "https://a.example/users/bob"


def test_what_is_no_discovery_document_is_refused() -> None:
    for reader in (read_webfinger, read_nodeinfo, read_nodeinfo_links):
        with pytest.raises(NotValid):
            reader({"error": "no"})


def test_a_self_link_of_another_type_is_no_actor() -> None:
    link = {"rel": "self", "href": BOB}
    found = read_webfinger(
        {"subject": "acct:bob@a.example",
         "links": [{**link, "type": "text/html"}, {**link, "type": "application/activity+json"}, link,
                   {"href": BOB}]}
    )  # fmt: skip
    assert found.self_hrefs == (BOB,)
    assert len(found.links) == 3
