from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fediverse_node.kernel.ids import id_at
from fediverse_node.posts.model import Hashtag, Post
from fediverse_node.trends.reckoning import Reckoning

NOW = datetime(2026, 5, 6, 12, tzinfo=UTC)
ORIGIN = "https://home.example"


def post(author: int, *, hours: float = 0, content: str = "", likes: int = 0, boosts: int = 0) -> Post:
    when = NOW - timedelta(hours=hours)
    id_ = id_at(when)
    return Post(
        id=id_,
        uri=f"{ORIGIN}/{id_}",
        actor_id=author,
        local=True,
        visibility="public",
        content_html=content,
        favourites_count=likes,
        boosts_count=boosts,
        published_at=when,
        created_at=when,
    )


def tags_of(*said: tuple[int, float, str]) -> list[str]:
    reckoning = Reckoning(NOW, own_origin=ORIGIN)
    for author, hours, tag in said:
        made = post(author, hours=hours)
        reckoning.take([made], {made.id: [Hashtag(tag=tag, name=tag)]})
    return [trend.what for trend in reckoning.tags()]


def test_a_hashtag_is_a_trend_by_different_people_and_not_by_one_voice() -> None:
    loud = [(1, 0.1 * number, "loud") for number in range(20)]
    assert tags_of(*loud, (2, 1, "shared"), (3, 1, "shared")) == ["shared"]


def test_more_people_come_first_and_older_voices_count_less() -> None:
    many = [(number, 1, "many") for number in range(3)]
    few = [(number, 1, "few") for number in range(2)]
    old = [(number, 60, "old") for number in range(5)]
    assert tags_of(*many, *few, *old) == ["many", "few", "old"]


def test_links_are_counted_like_hashtags_with_their_days() -> None:
    reckoning = Reckoning(NOW, own_origin=ORIGIN)
    shared = '<a href="https://news.example/a#x">n</a>'
    own = f'<a href="{ORIGIN}/@ann/1">ours</a>'
    said = [post(1, content=shared), post(1, content=shared, hours=1), post(2, content=shared, hours=24)]
    reckoning.take([*said, post(1, content=own), post(2, content=own)], {})
    [trend] = reckoning.links()
    assert trend.what == "https://news.example/a"
    assert [(day.uses, day.people) for day in trend.history[:2]] == [(2, 1), (1, 1)]
    assert trend.history[0].day == NOW.date()
    assert len(trend.history) == 7


def test_posts_are_judged_by_their_marks_one_of_each_author() -> None:
    reckoning = Reckoning(NOW, own_origin=ORIGIN)
    best, second = post(1, likes=3, boosts=2), post(1, likes=2, boosts=2)
    other, quiet, old = post(2, likes=2), post(3, likes=1), post(4, likes=9, hours=70)
    reckoning.take([best, second, other, quiet, old], {})
    assert [int(trend.what) for trend in reckoning.posts()] == [best.id, other.id, old.id]
