"""Whatever happens to posts, in whatever order: every reader of every standard hears what the ledger says.

The histories are drawn; which readers conclude what is in `test_signals`. SIGNAL_HISTORIES asks for more of
them than the few that there is time for on every change.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fediverse_node.accounts import queries as accounts
from fediverse_node.consent.model import Allowance
from fediverse_node.federation.outbox.amending import allow_as
from fediverse_node.federation.outbox.edit import Edit, edit, set_training_use
from fediverse_node.federation.outbox.pictures import Chosen
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.kernel.errors import NodeError
from fediverse_node.posts.model import Post
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.model import Upload
from fediverse_node.uploads.place import folder_of
from tests.doors.pages import test_signals as signals
from tests.doors.pages.test_signals import Case, Server
from tests.fixtures.nodes import running_node
from tests.fixtures.pictures import kept
from tests.readers import aipref, robots, rsl

pytestmark = pytest.mark.one_engine

COUNT = int(os.environ.get("SIGNAL_HISTORIES", "10"))
#: Posts that a feed has room for.
IN_FEEDS = 20
#: What is allowed, by the name of a move. Said of the picture, too, where the name says so.
ALLOWANCES = {
    "yes": Allowance(),
    "yes, though sensitive": Allowance(sensitive=True),
    "yes to training alone": Allowance(purposes=("train-ai",), sensitive=True),
    "yes to answers alone": Allowance(purposes=("ai-input",), sensitive=True),
    "yes to everything and the picture": Allowance(
        purposes=("train-ai", "dataset", "ai-input"), sensitive=True, media=("picture",), credit="handle"
    ),
}
MOVES = (*ALLOWANCES, "no", "no", "edit", "edit and yes", "warn", "other licence and yes", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """How a post begins, and what becomes of it."""

    visibility: str
    summary: str | None
    pictured: bool
    moves: tuple[str, ...]


histories = st.builds(
    History,
    visibility=st.sampled_from(["public", "public", "public", "unlisted", "private"]),
    summary=st.sampled_from([None, None, "Careful"]),
    pictured=st.booleans(),
    moves=st.lists(st.sampled_from(MOVES), max_size=5).map(tuple),
)


@dataclass(slots=True, kw_only=True)
class Told:
    """A post, and what its author said of it last, as somebody remembers who looked on."""

    post: Post
    picture: Upload | None
    sensitive: bool
    allowed: Allowance | None = None
    deleted: bool = False

    def uses(self, name: str) -> bool:
        return self.allowed is not None and name in self.allowed.purposes


@dataclass(slots=True, kw_only=True)
class Stage:
    """A server, and its one author."""

    server: Server
    told: list[Told] = field(default_factory=list)

    async def play(self, history: History, number: int) -> None:
        author, desk = self.server.alice, self.server.node.desk
        folder = Folder(folder_of(self.server.node.node.config))
        picture = None
        if history.pictured:
            sha256 = f"{number:064d}"
            picture = await desk.db.write(lambda tx: kept(tx, folder, author.account.id, sha256=sha256))
        draft = Draft(
            text=f"Text {number}",
            visibility=history.visibility,  # type: ignore[arg-type] # one of its words
            summary=history.summary,
            pictures=(Chosen(id=picture.id, description="A heron"),) if picture is not None else (),
        )
        post = await publish(desk, author.actor, draft)
        told = Told(post=post, picture=picture, sensitive=history.summary is not None)
        self.told.append(told)
        for count, move in enumerate(history.moves):
            try:
                await self.move(told, move, text=f"Text {number}, {count}")
            except NodeError:
                continue  # what is refused changes nothing

    async def move(self, told: Told, move: str, *, text: str) -> None:
        desk, author, id_ = self.server.node.desk, self.server.alice.actor, told.post.id
        if move in ALLOWANCES:
            to = ALLOWANCES[move]
            if to.media:
                to = replace(to, media=(str(told.picture.id),) if told.picture is not None else ())
            await set_training_use(desk, author, id_, allow=True, method="page", to=to)
            told.allowed = to
        elif move == "no":
            await set_training_use(desk, author, id_, allow=False, method="page")
            told.allowed = None
        elif move == "delete":
            await retract(desk, author, id_)
            told.allowed, told.deleted = None, True
        elif move == "other licence and yes":
            to = replace(ALLOWANCES["yes"], sensitive=True)
            await allow_as(desk, author, id_, to=to, licence="CC-BY-4.0", method="page")
            told.allowed = to
        else:
            await self.rewrite(told, move, text)

    async def rewrite(self, told: Told, move: str, text: str) -> None:
        sensitive = told.sensitive or move == "warn"
        to = Allowance(sensitive=True)
        change = Edit(
            text=text,
            summary="Careful" if sensitive else None,
            training_use=True if move == "edit and yes" else None,
            allowing=to,
        )
        await edit(self.server.node.desk, self.server.alice.actor, told.post.id, change)
        told.sensitive, told.allowed = sensitive, to if move == "edit and yes" else None


def drawn(count: int) -> list[History]:
    """So many histories. One server plays them all, so they are drawn before it starts."""
    found: list[History] = []

    @settings(max_examples=count, phases=[Phase.generate], database=None)
    @given(histories)
    def draw(history: History) -> None:
        found.append(history)

    draw()
    return found


@pytest.fixture(params=["AI agents are named", "none is named"])
async def stage(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    wanted = {
        "FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads"),
        "FEDIVERSE_NODE_DATABASE__LEAST_FREE_MIB": "0",
    }
    if request.param == "none is named":
        wanted["FEDIVERSE_NODE_ROBOTS__TRAINING_AGENTS"] = ""
    async with running_node(database_url, settings=wanted) as node:
        alice, bob = await node.add_person("alice"), await node.add_person("bob")
        yield Stage(server=Server(node=node, alice=alice, bob=bob))


async def test_every_reader_hears_the_ledger_whatever_happened_before(stage: Stage) -> None:
    server = stage.server
    named = bool(server.node.node.config.robots.training_agents)
    if not named:
        # It changes which forms ask, and nothing that is said.
        id_ = server.alice.account.id
        await server.node.node.db.write(lambda tx: accounts.set_never_ask(tx, id_, never=True))
    played = drawn(COUNT // 2)
    for number, history in enumerate(played):
        await stage.play(history, number)
    await server.read_files()
    for history, told in zip(played, stage.told, strict=True):
        try:
            await _heard(server, told, named=named)
        except AssertionError as error:
            error.add_note(f"{history}")
            raise
    if len(played) <= IN_FEEDS:
        signals._in_feeds(server, {told.post.uri: told.uses("train-ai") for told in stage.told})
    # Who is suspended allows nothing, whatever they said.
    await server.node.suspend(server.alice.actor)
    for told in stage.told:
        assert await signals._object(server, told.post) in {"n", None}


async def _heard(server: Server, told: Told, *, named: bool) -> None:
    case = Case(post=told.post, yes=told.uses("train-ai"))
    assert await signals._ledger(server, told.post) is case.yes
    readable = not told.deleted and told.post.visibility != "private"
    heard = await signals._object(server, told.post, other_use=told.allowed is not None)
    assert heard == (("y" if case.yes else "n") if readable else None)
    await signals._page(server, case)
    if named:
        signals._in_files(server, case)
    path = signals._path(server, told.post.uri)
    assert robots.training(server.files["/robots.txt"].text, "*", path) == ("y" if case.yes else "n")
    assert rsl.permits(server.files["/rsl.xml"].text, path, "ai-input") is told.uses("ai-input")
    if told.picture is not None and not told.deleted:
        await _picture(server, told)


async def _picture(server: Server, told: Told) -> None:
    allowed = told.uses("train-ai") and bool(told.allowed and told.allowed.media)
    (item,) = told.post.attachments
    path = signals._path(server, item.url)
    async with server.node.http.head(path) as answer:
        assert aipref.statement(answer.headers["Content-Usage"]) == ("y" if allowed else "n")
    assert robots.training(server.files["/robots.txt"].text, "*", path) == ("y" if allowed else "n")
    assert rsl.permits(server.files["/rsl.xml"].text, path, "ai-train") is allowed
