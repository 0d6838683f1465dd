"""What somebody wrote, for themselves: what they allow, and deleting it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from fediverse_node.consent import queries as ledger
from fediverse_node.consent.model import Entry
from fediverse_node.federation.outbox.pictures import Chosen
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.model import Upload
from fediverse_node.uploads.place import folder_of
from fediverse_node.web.pages import own_posts
from fediverse_node.web.pages.deciding import PICTURE
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.pictures import kept
from tests.fixtures.sign_in import Browser, signed_in_browser

PATH = "/settings/posts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """alice, signed in in a browser, with a public post; bob with one too."""

    node: LiveNode
    alice: Person
    browser: Browser
    mine: Post
    theirs: Post

    async def decided(self, post: Post) -> Sequence[Entry]:
        return await self.node.node.db.read(lambda tx: ledger.history(tx, post.uri))

    async def there(self, post: Post) -> bool:
        return await self.node.node.db.read(lambda tx: posts.by_id(tx, post.id)) is not None

    async def picture(self, sha256: str) -> Upload:
        folder, owner = Folder(folder_of(self.node.node.config)), self.alice.account.id
        return await self.node.node.db.write(lambda tx: kept(tx, folder, owner, sha256=sha256))

    async def say(self, text: str, **how: object) -> Post:
        return await publish(self.node.desk, self.alice.actor, Draft(text=text, **how))  # type: ignore[arg-type] # words of a test


@pytest.fixture
async def shelf(database_url: str, tmp_path: Path) -> AsyncIterator[Shelf]:
    settings = {
        "FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads"),
        "FEDIVERSE_NODE_DATABASE__LEAST_FREE_MIB": "0",
    }
    async with running_node(database_url, settings=settings) as node:
        alice, bob = await node.add_person("alice"), await node.add_person("bob")
        yield Shelf(
            node=node,
            alice=alice,
            browser=await signed_in_browser(node, alice),
            mine=await publish(node.desk, alice.actor, Draft(text="Alice's words")),
            theirs=await publish(node.desk, bob.actor, Draft(text="Bob's words")),
        )


async def test_one_sees_ones_own_posts_of_every_kind_and_nobody_elses(shelf: Shelf) -> None:
    await shelf.say("For few", visibility="private")
    shown = await shelf.browser.get(PATH)
    assert (shown.status, shown.headers["Cache-Control"]) == (200, "no-store")
    assert "words</p>" in shown.text
    assert "For few" in shown.text
    assert "Bob" not in shown.text
    # A post that is not public cannot be allowed.
    assert shown.text.count('value="allow"') == 1
    assert shown.text.count('value="delete"') == 2


async def test_a_yes_and_a_no_are_written_down_and_shown(shelf: Shelf) -> None:
    answer = await shelf.browser.send(PATH, post=str(shelf.mine.id), do="allow")
    assert (answer.status, answer.location) == (303, f"{PATH}?done=allowed")
    shown = await shelf.browser.get(answer.location)
    assert 'value="withdraw"' in shown.text
    assert 'value="allow"' not in shown.text
    await shelf.browser.send(PATH, post=str(shelf.mine.id), do="withdraw")
    assert 'value="allow"' in (await shelf.browser.get(PATH)).text
    entries = await shelf.decided(shelf.mine)
    assert [(each.kind, each.method) for each in entries] == [("grant", "page"), ("withdraw", "page")]


async def test_a_post_is_deleted(shelf: Shelf) -> None:
    await shelf.browser.send(PATH, post=str(shelf.mine.id), do="delete")
    assert not await shelf.there(shelf.mine)


async def test_where_a_post_went_is_shown_to_its_author(shelf: Shelf) -> None:
    answer = await shelf.browser.send(PATH, post=str(shelf.mine.id), do="trace")
    assert answer.status == 303
    assert answer.location.startswith("/deliveries/")
    shown = await shelf.browser.get(answer.location)
    assert shown.status == 200
    assert shelf.mine.url is not None
    assert shelf.mine.url in shown.text


@pytest.mark.parametrize("do", ["allow", "withdraw", "review", "trace", "delete"])
async def test_nobody_decides_about_the_posts_of_others(shelf: Shelf, do: str) -> None:
    answer = await shelf.browser.send(PATH, post=str(shelf.theirs.id), do=do)
    assert answer.status == 403
    assert 'role="alert"' in answer.text
    assert await shelf.decided(shelf.theirs) == []
    assert await shelf.there(shelf.theirs)


async def test_only_a_form_of_this_page_does_anything(shelf: Shelf) -> None:
    # WEB-23
    wanted = {"post": str(shelf.mine.id), "do": "delete"}
    assert (await shelf.browser.get(f"{PATH}?post={shelf.mine.id}&do=delete")).status == 200
    assert (await shelf.browser.post(PATH, **wanted)).status == 403
    assert (await shelf.browser.post(PATH, form_token="0" * 64, **wanted)).status == 403
    shelf.browser.origin = "https://evil.example"
    assert (await shelf.browser.send(PATH, **wanted)).status == 403
    assert await shelf.there(shelf.mine)
    shelf.browser.origin = ""
    assert (await shelf.browser.send(PATH, **wanted)).status == 303
    assert not await shelf.there(shelf.mine)


@pytest.mark.parametrize(
    "form", [{}, {"post": "x", "do": "delete"}, {"post": "1", "do": "delete"}, {"post": "1", "do": "frame"}]
)
async def test_what_is_no_button_of_this_page_is_refused(shelf: Shelf, form: dict[str, str]) -> None:
    assert (await shelf.browser.send(PATH, **form)).status in {404, 422}


async def test_a_yes_to_a_private_post_is_refused(shelf: Shelf) -> None:
    private = await shelf.say("For few", visibility="private")
    assert (await shelf.browser.send(PATH, post=str(private.id), do="allow")).status == 422
    assert await shelf.decided(private) == []


async def test_who_is_not_signed_in_is_sent_to_sign_in(shelf: Shelf) -> None:
    nobody = Browser(node=shelf.node)
    assert (await nobody.get(PATH)).location == "/login?next=%2Fsettings%2Fposts"
    answer = await nobody.post(PATH, post=str(shelf.mine.id), do="delete")
    assert (answer.status, answer.location) == (303, "/login")
    assert await shelf.there(shelf.mine)


async def test_pages_follow_each_other_and_a_button_leads_back_to_its_page(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_posts, "POSTS", 2)
    for text in ("Two", "Three"):
        await shelf.say(text)
    first = (await shelf.browser.get(PATH)).text
    assert "Three" in first
    assert "Alice&#39;s" not in first
    older = first.partition('rel="next" href="')[2].partition('"')[0]
    cursor = older.partition("page=")[2]
    assert "Alice" in (await shelf.browser.get(older)).text
    answer = await shelf.browser.send(PATH, post=str(shelf.mine.id), do="allow", page=cursor)
    assert answer.location == f"{PATH}?done=allowed&page={cursor}"
    assert (await shelf.browser.get(f"{PATH}?page=x")).status == 400


async def test_pictures_licence_and_name_are_decided_about_a_post_that_is_out(shelf: Shelf) -> None:
    one, two = await shelf.picture("1" * 64), await shelf.picture("2" * 64)
    carried = tuple(Chosen(id=each.id, description="A heron") for each in (one, two))
    post = await shelf.say("Look", pictures=carried)

    def box(upload: Upload) -> str:
        return f"{PICTURE}{upload.id}"

    wanted = {"post": str(post.id), "do": "split", "use-train-ai": "yes", "use-dataset": "yes"}
    answer = await shelf.browser.send(
        PATH, **wanted, **{box(two): "yes"}, training_credit="handle", licence="CC-BY-4.0"
    )
    assert (answer.status, answer.location) == (303, f"{PATH}?done=allowed")
    last = (await shelf.decided(post))[-1]
    assert (last.kind, last.media_sha256, last.credit, last.licence) == (
        "grant",
        (post.attachments[1].sha256,),
        "handle",
        "CC-BY-4.0",
    )
    shown = (await shelf.browser.get(f"{PATH}?post={post.id}")).text
    assert "Alice&#39;s words" not in shown
    assert f'name="{box(two)}" value="yes" checked' in shown
    assert f'name="{box(one)}" value="yes">' in shown
    # The picture is taken back, and the text stays allowed.
    await shelf.browser.send(PATH, **wanted, licence="CC-BY-4.0", training_credit="none")
    last = (await shelf.decided(post))[-1]
    assert (last.kind, last.media_sha256, last.credit) == ("grant", (), None)
    stranger = await shelf.browser.send(PATH, **wanted, licence="CC-BY-4.0", **{f"{PICTURE}77": "yes"})
    assert stranger.status == 422
    assert (await shelf.browser.send(PATH, **wanted, licence="mine")).status == 422
    assert len(await shelf.decided(post)) == 2


async def test_a_post_is_marked_as_reviewed(shelf: Shelf) -> None:
    post = await shelf.say("beep", disclosure="ai-assisted", training_use=True)
    before = await shelf.browser.get(PATH)
    assert before.text.count('value="review"') == 1
    answer = await shelf.browser.send(PATH, post=str(post.id), do="review")
    assert answer.location == f"{PATH}?done=reviewed"
    after = await shelf.browser.get(answer.location)
    assert "reviewed by the author" in after.text
    assert 'value="review"' not in after.text
    assert 'value="withdraw"' in after.text
    assert (await shelf.browser.send(PATH, post=str(shelf.mine.id), do="review")).status == 422
