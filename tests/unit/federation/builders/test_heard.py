from __future__ import annotations

from dataclasses import replace

import pytest

from fediverse_node.activitystreams.read import read_object, visibility_of
from fediverse_node.federation.builders import heard
from fediverse_node.posts.model import Visibility
from tests.fixtures.golden import ALICE, EDITED, HASHTAGS, MENTIONS, POST

CAROL = replace(
    ALICE,
    uri="https://there.example/users/carol",
    followers="https://there.example/users/carol/followers",
    local=False,
)
THEIRS = replace(POST, uri="https://there.example/1", local=False, edited_at=EDITED)


def test_what_was_understood_of_a_post_reads_back() -> None:
    document = heard.embedded(THEIRS, CAROL, mentions=MENTIONS, hashtags=HASHTAGS)
    read = read_object(document)
    assert (read.id, read.attributed_to, read.content) == (THEIRS.uri, (CAROL.uri,), THEIRS.content_html)
    assert (read.summary, read.sensitive, read.language) == (THEIRS.summary, True, "en")
    assert (read.published, read.updated) == (THEIRS.published_at.replace(microsecond=0), EDITED)
    assert [each.href for each in read.mentions] == [each.actor_uri for each in MENTIONS]
    assert [each.name for each in read.hashtags] == [each.name for each in HASHTAGS]
    assert [each.url for each in read.attachments] == [each.url for each in THEIRS.attachments]


def test_it_promises_no_collections_of_ours() -> None:
    document = heard.embedded(THEIRS, CAROL, mentions=(), hashtags=())
    assert {"replies", "likes", "shares", "source", "interactionPolicy"}.isdisjoint(document)


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_it_is_for_whom_it_was(visibility: Visibility) -> None:
    post = replace(THEIRS, visibility=visibility)
    document = heard.embedded(post, CAROL, mentions=(), hashtags=())
    assert visibility_of(document["to"], document["cc"], CAROL.followers) == visibility
    assert set(post.addressed) <= {*document["to"], *document["cc"]}
