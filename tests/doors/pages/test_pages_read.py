"""Pages: what they say, what they never show, and how they stay safe."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Picture
from fediverse_node.federation.outbox import edit, react, retract
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Attachment, Post, Visibility
from fediverse_node.storage.tx import Tx
from tests.fixtures import rooms
from tests.fixtures.nodes import LiveNode, Person

BROWSER = {"Accept": "text/html"}


class Read(HTMLParser):
    """A page as a program sees it: elements with their attributes, and the text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.source = source
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def meta(self, name: str) -> list[str | None]:
        return [
            each["content"] for each in self.all("meta") if name in {each.get("name"), each.get("property")}
        ]


@pytest.fixture
async def alice(alpha: LiveNode) -> Person:
    return await alpha.add_person("alice", name="Alice")


async def say(node: LiveNode, who: Person, text: str = "Hello", **parts: Any) -> Post:
    return await publish(node.desk, who.actor, Draft(text=text, **parts))


async def read(node: LiveNode, address: str, status: int = 200, *, language: str = "en") -> Read:
    async with node.http.get(address, headers={**BROWSER, "Accept-Language": language}) as answer:
        assert answer.status == status, await answer.text()
        assert answer.content_type == "text/html"
        return Read(await answer.text())


async def test_a_profile_shows_who_somebody_is_and_what_they_said(alpha: LiveNode, alice: Person) -> None:
    await alpha.change(
        alice.actor, summary_html="<p>I grow things.</p>", fields=(("Garden", "<b>roof</b>"),), indexable=True
    )
    await say(alpha, alice, "A tomato")
    await say(alpha, alice, "A secret", visibility="private")
    found = await read(alpha, "/@alice")
    for text in ("Alice", f"@alice@{alpha.domain}", "I grow things.", "Garden", "roof", "A tomato"):
        assert text in found.text
    assert "A secret" not in found.source
    links = {(link.get("rel"), link.get("href")) for link in found.all("link")}
    assert ("canonical", f"{alpha.base_url}/@alice") in links
    assert ("alternate", alice.actor.uri) in links
    assert found.meta("og:title") == [f"Alice (@alice@{alpha.domain})"]
    assert found.meta("robots") == ["noai, noimageai"]


async def test_who_does_not_want_to_be_listed_is_not(alpha: LiveNode, alice: Person) -> None:
    post = await say(alpha, alice)
    for address in ("/@alice", post.url or ""):
        assert (await read(alpha, address)).meta("robots") == ["noai, noimageai", "noindex"]


@pytest.mark.parametrize("visibility", ["public", "unlisted"])
async def test_an_open_post_has_a_page(alpha: LiveNode, alice: Person, visibility: Visibility) -> None:
    post = await say(alpha, alice, "A tomato #garden", visibility=visibility)
    found = await read(alpha, post.url or "")
    assert "A tomato" in found.text
    assert f"/tags/garden" in found.source  # noqa: F541 as it is
    assert ("Unlisted" in found.text) is (visibility == "unlisted")
    assert found.meta("og:description") == ["A tomato #garden"]
    front = await read(alpha, "/")
    assert ("A tomato" in front.text) is (visibility == "public")


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_a_closed_post_is_on_no_page(alpha: LiveNode, alice: Person, visibility: Visibility) -> None:
    root = await say(alpha, alice, "Open ground")
    closed = await say(
        alpha, alice, "Hidden words #garden", visibility=visibility, in_reply_to_id=root.id, summary="Hush"
    )
    open_reply = await say(alpha, alice, "Open answer", in_reply_to_id=root.id)
    nothing = await read(alpha, alpha.addresses.post_page("alice", closed.id + 1), 404)
    hidden = await read(alpha, alpha.addresses.post_page("alice", closed.id), 404)
    assert hidden.source == nothing.source
    for address in ("/", "/@alice", root.url or "", open_reply.url or "", "/tags/garden"):
        page = await read(alpha, address)
        assert "Hidden words" not in page.source, address
        assert "Hush" not in page.source, address
    assert "Open answer" in (await read(alpha, root.url or "")).text


async def test_an_answer_to_a_closed_post_does_not_name_whose_it_was(alpha: LiveNode, alice: Person) -> None:
    bob = await alpha.add_person("bob", name="Bob the Builder")

    def unit(tx: Tx) -> Post:
        closed = rooms.note(tx, bob.actor, visibility="private", content_html="<p>Hidden</p>")
        return rooms.note(
            tx,
            alice.actor,
            in_reply_to_uri=closed.uri,
            url=f"{alpha.base_url}/@alice/1",
            content_html="<p>Yes</p>",
        )

    post = await alpha.node.db.write(unit)
    page = await read(alpha, alpha.addresses.post_page("alice", post.id))
    assert "Bob the Builder" not in page.source
    assert "Hidden" not in page.source


async def test_a_thread_is_shown_from_its_beginning(alpha: LiveNode, alice: Person) -> None:
    bob = await alpha.add_person("bob")
    root = await say(alpha, bob, "Question")
    middle = await say(alpha, alice, "Answer", in_reply_to_id=root.id)
    await say(alpha, bob, "Thanks", in_reply_to_id=middle.id)
    page = await read(alpha, middle.url or "")
    assert [each for each in ("Question", "Answer", "Thanks") if each in page.text] == [
        "Question",
        "Answer",
        "Thanks",
    ]
    assert page.text.rindex("Question") < page.text.rindex("Answer") < page.text.rindex("Thanks")
    assert [each.get("class") for each in page.all("article")] == ["post", "post focus", "post"]


async def test_a_deleted_post_says_that_it_is_gone(alpha: LiveNode, alice: Person) -> None:
    post = await say(alpha, alice, "Short-lived")
    await read(alpha, post.url or "")
    await retract.retract(alpha.desk, alice.actor, post.id)
    assert "Short-lived" not in (await read(alpha, post.url or "", 410)).source
    assert "Short-lived" not in (await read(alpha, "/@alice")).source


async def test_a_boost_is_shown_with_who_passed_it_on(alpha: LiveNode, alice: Person) -> None:
    bob = await alpha.add_person("bob", name="Bob")
    post = await say(alpha, bob, "Worth reading")
    await react.boost(alpha.desk, alice.actor, post.id)
    page = await read(alpha, "/@alice")
    assert "Alice boosted" in page.text
    assert "Worth reading" in page.text
    await alpha.suspend(bob.actor)
    assert "Worth reading" not in (await read(alpha, "/@alice")).source


async def test_the_label_of_ai_is_for_people_and_programs(alpha: LiveNode, alice: Person) -> None:
    def unit(tx: Tx) -> tuple[Post, Post]:
        plain = rooms.note(tx, alice.actor)
        tools = posts.by_id(tx, plain.id)
        assert tools is not None
        from fediverse_node.posts.model import AiTool  # noqa: PLC0415 only here

        made = rooms.note(
            tx,
            alice.actor,
            ai_disclosure="ai-assisted",
            human_reviewed=True,
            ai_tools=(AiTool(name="small-model", provider="local", action="rewrite"),),
        )
        return plain, made

    plain, made = await alpha.node.db.write(unit)
    labelled = await read(alpha, alpha.addresses.post_page("alice", made.id))
    article = labelled.all("article")[0]
    assert article["ai-disclosure"] == "ai-assisted"
    assert article["ai-model"] == "small-model"
    assert article["ai-provider"] == "local"
    assert "AI-assisted · reviewed by the author · small-model (local) #AIassisted" in labelled.text
    bare = await read(alpha, alpha.addresses.post_page("alice", plain.id))
    assert "ai-disclosure" not in bare.all("article")[0]
    assert "AI-assisted" not in bare.text


async def test_training_use_is_said_in_words_headers_and_meta_alike(alpha: LiveNode, alice: Person) -> None:
    post = await say(alpha, alice, training_use=True)
    address = post.url or ""
    async with alpha.http.get(address, headers=BROWSER) as answer:
        assert answer.headers["Content-Usage"] == "train-ai=y"
        assert answer.headers["tdm-reservation"] == "0"
        assert "X-Robots-Tag" not in answer.headers
    allowed = await read(alpha, address)
    assert "Training use: allowed by the author" in allowed.text
    assert allowed.meta("tdm-reservation") == ["0"]
    assert "noai, noimageai" not in allowed.meta("robots")

    await edit.set_training_use(alpha.desk, alice.actor, post.id, allow=False, method="page")
    async with alpha.http.get(address, headers=BROWSER) as answer:
        assert answer.headers["Content-Usage"] == "train-ai=n"
        assert answer.headers["tdm-reservation"] == "1"
        assert answer.headers["X-Robots-Tag"] == "noai, noimageai"
    refused = await read(alpha, address)
    assert "Training use: not allowed" in refused.text
    assert refused.meta("tdm-reservation") == ["1"]


async def test_a_page_allows_only_what_every_post_on_it_allows(alpha: LiveNode, alice: Person) -> None:
    bob = await alpha.add_person("bob")
    post = await say(alpha, alice, training_use=True)
    await say(alpha, bob, "Also yes", in_reply_to_id=post.id, training_use=True)
    async with alpha.http.get(post.url or "", headers=BROWSER) as answer:
        assert answer.headers["Content-Usage"] == "train-ai=y"
    await say(alpha, bob, "Not me", in_reply_to_id=post.id)
    async with alpha.http.get(post.url or "", headers=BROWSER) as answer:
        assert answer.headers["Content-Usage"] == "train-ai=n"
        assert 'content="1"' in await answer.text()
    async with alpha.http.get(post.uri, headers={"Accept": "application/activity+json"}) as answer:
        assert answer.headers["Content-Usage"] == "train-ai=y"
    for path in ("/", "/@alice"):
        async with alpha.http.get(path, headers=BROWSER) as answer:
            assert answer.headers["Content-Usage"] == "train-ai=n"


async def test_what_people_call_themselves_stays_text(alpha: LiveNode) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e'
    mallory = await alpha.add_person("mallory", name=evil, fields=((evil, "x"),))
    picture = Attachment(type="Image", media_type="image/png", url="javascript:alert(1)", name=evil)
    await alpha.node.db.write(
        lambda tx: rooms.note(
            tx, mallory.actor, summary=evil, title=evil, language='"><script>', attachments=(picture,)
        )
    )
    for path in ("/", "/@mallory"):
        page = await read(alpha, path)
        assert page.all("script") == []
        assert [image for image in page.all("img") if "onerror" in image] == []
        assert not [link for link in page.all("a") if (link["href"] or "").startswith("javascript:")]


async def test_a_page_calls_no_other_server(alpha: LiveNode) -> None:
    far = Picture(url="https://tracker.example/a.png", media_type="image/png")
    near = Picture(url=f"{alpha.base_url}/media/b.png", media_type="image/png")

    def pictures(icon: Picture) -> dict[str, Any]:
        return {"icon": {"url": icon.url, "media_type": icon.media_type}}

    await alpha.add_person("far", **pictures(far))
    await alpha.add_person("near", **pictures(near))

    def unit(tx: Tx) -> Post:
        author = actors.local_by_name(tx, "near")
        assert author is not None
        post = rooms.note(tx, author)
        other = rooms.stranger(tx, "bob")
        remote = Attachment(
            type="Image", media_type="image/png", url="https://tracker.example/c.png", name="A cat"
        )
        rooms.note(tx, other, in_reply_to_uri=post.uri, attachments=(remote,))
        return post

    post = await alpha.node.db.write(unit)
    for path in ("/", "/@far", "/@near", alpha.addresses.post_page("near", post.id)):
        page = await read(alpha, path)
        sources = [image["src"] or "" for image in page.all("img")]
        assert [source for source in sources if "tracker.example" in source] == []
    assert near.url in [image["src"] for image in (await read(alpha, "/@near")).all("img")]
    assert "A cat" in (await read(alpha, alpha.addresses.post_page("near", post.id))).text


async def test_long_lists_are_read_page_by_page(alpha: LiveNode, alice: Person) -> None:
    def unit(tx: Tx) -> None:
        for number in range(45):
            rooms.note(tx, alice.actor, content_html=f"<p>Number {number}.</p>", tags=("many",))

    await alpha.node.db.write(unit)
    for start in ("/@alice", "/tags/many"):
        address: str | None = start
        seen: list[str] = []
        pages = 0
        while address is not None:
            page = await read(alpha, address)
            seen += page.text.split("Number ")[1:]
            pages += 1
            address = next((link["href"] for link in page.all("a") if link.get("rel") == "next"), None)
        assert [int(text.split(".")[0]) for text in seen] == list(range(44, -1, -1))
        assert pages == 3
    assert (await read(alpha, "/@alice?page=nonsense", 400)).all("h1")


async def test_pages_speak_the_readers_language(alpha: LiveNode, alice: Person) -> None:
    await say(alpha, alice)
    arabic = await read(alpha, "/@alice", language="ar")
    assert arabic.all("html")[0] == {"lang": "ar", "dir": "rtl"}
    assert "الاستخدام في التدريب: غير مسموح" in arabic.text
    english = await read(alpha, "/@alice", language="en")
    assert english.all("html")[0] == {"lang": "en", "dir": "ltr"}
    async with alpha.http.get("/@alice", headers=BROWSER) as answer:
        assert "Accept-Language" in answer.headers["Vary"]


async def test_the_terms_are_the_ones_that_are_hashed(alpha: LiveNode) -> None:
    page = await read(alpha, "/terms/training")
    headings = ("What you can allow", "Sensitive posts", "Taking it back")
    assert [each for each in headings if each in page.text] == list(headings)
    assert len(page.all("h1")) == 1


async def test_our_words_are_explained_to_people_and_defined_for_programs(alpha: LiveNode) -> None:
    page = await read(alpha, "/ns/ai-provenance")
    assert "contentUsage" in [each.get("id") for each in page.all("div")]
    async with alpha.http.get("/ns/ai-provenance", headers={"Accept": "application/ld+json"}) as answer:
        assert answer.content_type == "application/ld+json"
        context = (await answer.json(content_type=None))["@context"]
        assert context["aip"] == f"{alpha.base_url}/ns/ai-provenance#"
        assert context["contentUsage"] == "aip:contentUsage"


async def test_style_sheets_are_kept_for_ever_and_change_their_address(alpha: LiveNode) -> None:
    page = await read(alpha, "/")
    address = next(link["href"] for link in page.all("link") if link["rel"] == "stylesheet")
    assert address is not None
    async with alpha.http.get(address) as answer:
        assert (answer.status, answer.content_type) == (200, "text/css")
        assert "immutable" in answer.headers["Cache-Control"]
        etag = answer.headers["ETag"]
        assert len(await answer.read()) <= 14 * 1024
    async with alpha.http.get(address, headers={"If-None-Match": etag}) as answer:
        assert answer.status == 304
    async with alpha.http.get("/static/0000000000000000/style.css") as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "public, max-age=60")
    for path in (
        "/static/0000000000000000/base.html",
        "/static/0000000000000000/strings.py",
        "/static/x/style.css",
    ):
        async with alpha.http.get(path) as answer:
            assert answer.status == 404


async def test_robots_are_told_no_but_for_what_is_allowed(alpha: LiveNode, alice: Person) -> None:
    silent, allowed = await say(alpha, alice), await say(alpha, alice, training_use=True)
    withdrawn = await say(alpha, alice, training_use=True)
    await edit.set_training_use(alpha.desk, alice.actor, withdrawn.id, allow=False, method="page")
    async with alpha.http.get("/robots.txt") as answer:
        assert answer.content_type == "text/plain"
        everybody, gatherers = (await answer.text()).split("\n\n")
    assert "Content-Usage: train-ai=n" in everybody.splitlines()
    assert f"Content-Usage: /@alice/{allowed.id}$ train-ai=y" in everybody.splitlines()
    assert f"Content-Usage: /users/alice/posts/{allowed.id}$ train-ai=y" in everybody.splitlines()
    for post in (silent, withdrawn):
        assert str(post.id) not in everybody + gatherers
    assert "User-Agent: GPTBot" in gatherers.splitlines()
    assert gatherers.rstrip().endswith("Disallow: /")
    assert f"Allow: /@alice/{allowed.id}$" in gatherers.splitlines()
