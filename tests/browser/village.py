"""A small server with people who say things, for looking at pages: labels, warnings, threads, Arabic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.federation.outbox import labels
from fediverse_node.federation.outbox.labels import AiPart
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.markup import render_markdown
from fediverse_node.polls import queries as polls
from fediverse_node.polls.model import Option, Poll
from fediverse_node.posts import emoji_reactions, pins
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import AiTool, Hashtag, Post, Reaction
from fediverse_node.posts.subject import subject_of
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import Interaction
from fediverse_node.storage.tx import Tx
from tests.fixtures.nodes import LiveNode

ASSISTED = AiPart(
    disclosure="ai-assisted",
    tools=(AiTool(name="qwen3-8b", provider="local", action="shorten"),),
    human_reviewed=True,
)

MIRA_SAYS = (
    "The tomatoes on the south wall are three weeks ahead of the ones in the bed. Same seeds, same day. "
    "Stone keeps the warmth of the afternoon until well past midnight.\n\n"
    "Notes and measurements: https://garden.example/notes/south-wall #gardening"
)
MIRA_SHORT = (
    "We measured soil moisture for a year, at three depths, with and without mulch. Short version: mulch "
    "halves the watering at 10 cm and changes nothing at 40 cm. The roots already knew."
)
MIRA_ALLOWS = (
    "Anybody may learn from this one, people and machines: never water in the evening when nights are "
    "cold. Wet leaves overnight are an invitation to every fungus in the street."
)
LAYLA_SAYS = (
    "زرعتُ الريحان بجانب النافذة هذا الصباح. رائحته تملأ البيت كلّه، ويذكّرني بحديقة جدّتي في صيدا، "
    "حيث كنّا نجلس تحت شجرة الليمون حتى المساء.\n\nمن يعرف كيف أحميه من برد الشتاء؟ #زراعة"
)
LAYLA_ASSISTED = (
    "خلاصة تجربة عام كامل مع الريّ بالتنقيط: نصف الماء، وضعف المحصول، وأعشاب أقلّ بكثير. "
    "جرّبت ثلاثة أنواع من الأنابيب، وأرخصها (16 mm) كان كافيًا تمامًا."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """Who lives there, and the pages worth looking at, as paths."""

    node: LiveNode
    mira: Actor
    layla: Actor
    thread: Post
    arabic_thread: Post
    allowed: Post
    warned: Post
    lively: Post

    def page(self, post: Post) -> str:
        """The path of a post's page."""
        assert post.url is not None
        return post.url.removeprefix(self.node.addresses.origin)


async def settle(node: LiveNode) -> Village:
    """Fill *node* with people and posts."""
    mira = await node.add_person(
        "mira",
        name="Mira Okafor",
        summary_html="<p>I grow vegetables on a roof and write down what happens. Soil, seeds, slow "
        "mornings. Ask me about compost.</p>",
        fields=(
            (
                "Notes",
                '<a href="https://garden.example/notes" rel="nofollow">garden.example/notes</a>',
            ),
            ("Languages", "English, Igbo"),
        ),
        indexable=True,
    )
    layla = await node.add_person(
        "layla",
        name="ليلى حدّاد",
        summary_html="<p>أكتب عن النباتات والماء والصبر. من صيدا، وأعيش قرب البحر.</p>",
        fields=(("الموقع", "صيدا، لبنان"), ("اللغات", "العربية، English")),
        indexable=True,
    )
    noor = await node.add_person("noor", name="نور Noor", indexable=True)
    await node.add_person("otis", moved_to="https://meadow.example/users/jonas")
    return await node.node.db.write(lambda tx: _fill(tx, node, mira.actor, layla.actor, noor.actor))


def _fill(tx: Tx, node: LiveNode, mira: Actor, layla: Actor, noor: Actor) -> Village:
    jonas = _stranger(tx, "jonas", "Jonas Lindqvist", "meadow.example")
    salma = _stranger(tx, "salma", "سلمى", "bahr.example")
    for follower, target in ((jonas, mira), (salma, mira), (salma, layla), (layla, mira), (mira, layla)):
        _follow(tx, follower, target)
    warned = _write(tx, node, mira, "It lived for eleven days. I will try again with a smaller pot.",
                    summary="A houseplant did not make it", sensitive=True)  # fmt: skip
    allowed = _write(tx, node, mira, MIRA_ALLOWS)
    decisions.choose(tx, subject_of(allowed, mira), actor_uri=mira.uri, allow=True, method="client-api")
    first = _write(tx, node, mira, MIRA_SAYS, tags=("gardening",))
    thread = _write(tx, node, mira, MIRA_SHORT, part=ASSISTED, favourites_count=41, edited_at=tx.now)
    _answer(tx, jonas, thread, "<p>This matches what I saw on clay. Did you try straw, or only bark?</p>")
    answer = _write(
        tx, node, mira, "Only bark so far. Straw is planned for next year.", in_reply_to_uri=thread.uri
    )
    _answer(tx, salma, answer, "<p>القشّ ممتاز، جرّبيه!</p>", language="ar")
    for who, what in ((jonas, thread), (salma, thread), (jonas, first)):
        _boost(tx, who, what)
    arabic = _write(tx, node, layla, LAYLA_SAYS, language="ar", tags=("زراعة",), favourites_count=12)
    _write(
        tx, node, mira, "Cover it with fleece at night, it works even on a roof.", in_reply_to_uri=arabic.uri
    )
    assisted = _write(tx, node, layla, LAYLA_ASSISTED, language="ar", part=ASSISTED, favourites_count=27)
    _answer(tx, salma, assisted, "<p>كم كلّفتك الأنابيب؟</p>", language="ar")
    _boost(tx, layla, thread)
    lively = _lively(tx, node, noor, thread, (jonas, salma, mira))
    return Village(
        node=node,
        mira=mira,
        layla=layla,
        thread=thread,
        arabic_thread=assisted,
        allowed=allowed,
        warned=warned,
        lively=lively,
    )


def _lively(tx: Tx, node: LiveNode, author: Actor, quoted: Post, friends: tuple[Actor, ...]) -> Post:
    """A post with everything: a poll, a quote, emoji under it, another text before; pinned."""
    first = _write(tx, node, author, "Wich tea grows on a roof?", type="Question")
    answers = ("Peppermint, in the largest pot that the stairs allow", "نعناع", "None")
    votes = (1_204, 311, 7)
    polls.add(
        tx,
        Poll(
            post_id=first.id,
            options=tuple(Option(name=name, votes=count) for name, count in zip(answers, votes, strict=True)),
            voters_count=1_500,
            multiple=True,
            ends_at=tx.now + timedelta(days=3),
        ),
    )
    html = "<p>Which tea grows on a roof? See what was measured before:</p>"
    revised = replace(first, content_html=html, summary="Tea", edited_at=tx.now)
    posts.revise(tx, revised, mentioned=(), tagged=(), asked=answers)
    posts.revise(tx, replace(revised, summary=None), mentioned=(), tagged=(), asked=answers)
    _quote(tx, first, quoted)
    for friend, emoji in zip(friends, ("🌿", "🌿", "🫖"), strict=True):
        uri = f"{friend.uri}#like-{first.id}"
        emoji_reactions.add(
            tx, Reaction(post_id=first.id, actor_id=friend.id, emoji=emoji, picture=None, uri=uri)
        )
    pins.pin(tx, author.id, first.id)
    return first


def _quote(tx: Tx, post: Post, quoted: Post) -> None:
    quotes.add(
        tx,
        Interaction(
            id=tx.new_id(),
            kind="quote",
            post_uri=post.uri,
            post_id=post.id,
            actor_id=post.actor_id,
            target_uri=quoted.uri,
            target_id=quoted.id,
            target_actor_id=quoted.actor_id,
            state="accepted",
            created_at=tx.now,
            updated_at=tx.now,
        ),
    )


def _write(tx: Tx, node: LiveNode, author: Actor, text: str, *, part: AiPart = labels.NONE,
           tags: tuple[str, ...] = (), language: str = "en", **changes: Any) -> Post:  # fmt: skip
    id_ = tx.new_id()
    html = render_markdown(text, mentions={}, hashtag_url=node.addresses.tag).html
    post = Post(
        id=id_,
        uri=node.addresses.post(author.username, id_),
        url=node.addresses.post_page(author.username, id_),
        actor_id=author.id,
        local=True,
        visibility="public",
        content_html=labels.labelled_html(html, part, language=language, addresses=node.addresses),
        language=language,
        revision=f"{id_:064x}",
        ai_disclosure=part.disclosure,
        ai_tools=part.tools,
        human_reviewed=part.human_reviewed,
        published_at=tx.now,
        created_at=tx.now,
    )
    stored = posts.add(
        tx,
        Post(**{name: getattr(post, name) for name in post.__slots__} | changes),
        tagged=labels.labelled_tags(
            [Hashtag(tag=tag.lower(), name=tag) for tag in tags], part, language=language
        ),
    )
    assert stored is not None
    return stored


def _answer(tx: Tx, author: Actor, to: Post, html: str, *, language: str = "en") -> Post:
    id_ = tx.new_id()
    stored = posts.add(
        tx,
        Post(
            id=id_,
            uri=f"{author.uri}/statuses/{id_}",
            actor_id=author.id,
            local=False,
            visibility="public",
            content_html=html,
            language=language,
            in_reply_to_uri=to.uri,
            published_at=tx.now,
            created_at=tx.now,
        ),
    )
    assert stored is not None
    return stored


def _boost(tx: Tx, actor: Actor, post: Post) -> None:
    id_ = tx.new_id()
    posts.add(
        tx,
        Post(
            id=id_,
            uri=f"{actor.uri}/boosts/{id_}",
            actor_id=actor.id,
            local=actor.local,
            visibility="public",
            boost_of_id=post.id,
            published_at=tx.now,
            created_at=tx.now,
        ),
    )


def _follow(tx: Tx, follower: Actor, target: Actor) -> None:
    id_ = tx.new_id()
    follows.add(
        tx,
        Follow(
            id=id_,
            follower_id=follower.id,
            target_id=target.id,
            uri=f"{follower.uri}#follow-{id_}",
            state="accepted",
            created_at=tx.now,
        ),
    )


def _stranger(tx: Tx, name: str, shown: str, domain: str) -> Actor:
    uri = f"https://{domain}/users/{name}"
    actor = Actor(
        id=tx.new_id(),
        uri=uri,
        local=False,
        type="Person",
        username=name,
        domain=domain,
        name=shown,
        url=f"https://{domain}/@{name}",
        inbox=f"{uri}/inbox",
        created_at=tx.now,
        updated_at=tx.now,
    )
    actors.add(tx, actor)
    return actor
