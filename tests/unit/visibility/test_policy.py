from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors.model import Actor
from fediverse_node.posts.model import Post, Visibility
from fediverse_node.quotes.model import ACTIONS, SILENT, Action, Permission, Policy
from fediverse_node.visibility.policy import allow, chosen, stated, weigh

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ALICE = "https://here.example/users/alice"
BOB = "https://there.example/users/bob"


def author() -> Actor:
    return Actor(
        id=1,
        uri=ALICE,
        local=True,
        type="Person",
        username="alice",
        domain="here.example",
        inbox=f"{ALICE}/inbox",
        followers=f"{ALICE}/followers",
        following=f"{ALICE}/following",
        created_at=NOW,
        updated_at=NOW,
    )


def post(*, local: bool = True, visibility: Visibility = "public", **more: Any) -> Post:
    return Post(
        id=5,
        uri=f"{ALICE}/posts/5",
        actor_id=1,
        local=local,
        visibility=visibility,
        published_at=NOW,
        created_at=NOW,
        **more,
    )


def verdict(
    action: Action,
    policy: Policy,
    *,
    who: str = BOB,
    follower: bool = False,
    followed: bool = False,
    **of: Any,
) -> str:
    about = post(**of)
    return weigh(
        stated(about, author(), policy),
        action,
        post=about,
        author=author(),
        actor_uri=who,
        is_follower=lambda: follower,
        is_followed=lambda: followed,
    )


@pytest.mark.parametrize("action", ACTIONS)
def test_silence_lets_everybody_in_on_public_posts_of_ours(action: Action) -> None:
    assert verdict(action, SILENT) == "automatic"


@pytest.mark.parametrize("action", ACTIONS)
def test_silence_of_others_leaves_only_quotes_open(action: Action) -> None:
    assert verdict(action, SILENT, local=False) == ("unknown" if action == "quote" else "automatic")


def test_closed_posts_of_ours_are_passed_on_by_their_author_alone_whatever_was_chosen() -> None:
    everybody = Policy(quote=Permission(automatic=(PUBLIC,)), boost=Permission(automatic=(PUBLIC,)))
    for visibility in ("private", "direct"):
        for action in ("quote", "boost"):
            assert verdict(action, everybody, follower=True, visibility=visibility) == "denied"
            assert verdict(action, everybody, who=ALICE, visibility=visibility) == "automatic"
        assert verdict("reply", SILENT, visibility=visibility, addressed=(BOB,)) == "automatic"
    assert verdict("reply", SILENT, visibility="private", follower=True) == "automatic"
    assert verdict("reply", SILENT, visibility="direct", follower=True) == "denied"


@pytest.mark.parametrize("action", ["reply", "quote", "boost"])
def test_each_choice_lets_in_whom_it_names(action: Action) -> None:
    ins: dict[str, dict[str, Any]] = {
        "followers": {"follower": True},
        "following": {"followed": True},
        "nobody": {"who": ALICE},
    }
    for audience, match in ins.items():
        policy = chosen(author(), **{action: audience})  # type: ignore[arg-type]  # one of the three
        assert verdict(action, policy) == "denied"
        assert verdict(action, policy, **match) == "automatic"
        for other in set(ACTIONS) - {action}:
            assert verdict(other, policy) == "automatic"


def test_who_is_named_in_a_post_may_answer_it_and_no_more() -> None:
    policy = chosen(author(), reply="nobody", quote="nobody")
    assert verdict("reply", policy, addressed=(BOB,)) == "automatic"
    assert verdict("quote", policy, addressed=(BOB,)) == "denied"


def test_asking_is_for_whom_the_policy_lets_ask_and_where_it_cannot_be_told() -> None:
    asks = Policy(quote=Permission(manual=(PUBLIC,)))
    assert verdict("quote", asks, local=False) == "manual"
    both = Policy(quote=Permission(automatic=(BOB,), manual=(PUBLIC,)))
    assert verdict("quote", both, local=False) == "automatic"
    circle = Policy(quote=Permission(automatic=("https://there.example/circles/1",)))
    assert verdict("quote", circle, local=False) == "unknown"
    assert verdict("quote", Policy(quote=Permission(automatic=(ALICE,))), local=False) == "denied"


def test_what_holds_anyway_is_not_noted() -> None:
    assert chosen(author(), reply="public", quote="public", boost="public") == SILENT
    assert allow("following", author()) == Permission(automatic=(f"{ALICE}/following",))
