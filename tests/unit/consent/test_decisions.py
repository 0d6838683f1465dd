from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import http_sf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fediverse_node.actors.addresses import Addresses
from fediverse_node.consent import channels, decisions, queries, terms
from fediverse_node.consent.model import (
    NOTHING_MORE,
    OPEN_DATASET,
    PLAIN,
    PURPOSES,
    Allowance,
    Decision,
    Entry,
    Extent,
    Kind,
    Purpose,
    Subject,
)
from fediverse_node.kernel.errors import NotAllowed, NotValid
from fediverse_node.storage.tx import Tx

ALICE = "https://alpha.example/users/alice"
MALLORY = "https://alpha.example/users/mallory"
ADDRESSES = Addresses("https://alpha.example")
POST = Subject(
    object_uri=f"{ALICE}/posts/1", author_uri=ALICE, revision="a" * 64, public=True, own=True, present=True
)


def now_in_force(tx: Tx, subject: Subject) -> Decision:
    return decisions.decisions(tx, [subject])[subject.object_uri]


def test_silence_is_no(tx: Tx) -> None:
    assert now_in_force(tx, POST) == Decision(train_ai=False, dataset=False)


def test_the_author_says_yes_and_takes_it_back(tx: Tx) -> None:
    entry = decisions.choose(tx, POST, actor_uri=ALICE, allow=True, method="client-api")
    assert (entry.kind, entry.purposes, entry.terms_sha256) == (
        "grant",
        OPEN_DATASET,
        terms.CURRENT.sha256,
    )
    assert now_in_force(tx, POST) == Decision(train_ai=True, dataset=True)
    decisions.choose(tx, POST, actor_uri=ALICE, allow=False, method="page")
    assert now_in_force(tx, POST) == Decision()
    kinds = [(line.kind, line.previous_seq) for line in queries.history(tx, POST.object_uri)]
    assert kinds == [("grant", None), ("withdraw", entry.seq)]


def test_an_explicit_no_is_written_down_as_such(tx: Tx) -> None:
    assert decisions.choose(tx, POST, actor_uri=ALICE, allow=False, method="page").kind == "deny"
    assert now_in_force(tx, POST) == Decision()


@pytest.mark.parametrize("allow", [True, False])
def test_saying_the_same_again_adds_no_line(tx: Tx, allow: bool) -> None:  # noqa: FBT001 a column of the table
    first = decisions.choose(tx, POST, actor_uri=ALICE, allow=allow, method="page")
    assert decisions.choose(tx, POST, actor_uri=ALICE, allow=allow, method="client-api") == first
    assert queries.history(tx, POST.object_uri) == [first]


@pytest.mark.parametrize("allow", [True, False])
def test_nobody_but_the_author_decides(tx: Tx, allow: bool) -> None:  # noqa: FBT001 a column of the table
    decisions.choose(tx, POST, actor_uri=ALICE, allow=not allow, method="page")
    with pytest.raises(NotAllowed, match="Only the author"):
        decisions.choose(tx, POST, actor_uri=MALLORY, allow=allow, method="page")
    assert now_in_force(tx, POST).train_ai is not allow


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"public": False}, "public"),
        ({"own": False}, "your own words"),
        ({"present": False}, "deleted"),
    ],
)
def test_what_can_never_be_a_yes_is_refused(tx: Tx, change: dict[str, Any], message: str) -> None:
    with pytest.raises(NotValid, match=message):
        decisions.choose(tx, replace(POST, **change), actor_uri=ALICE, allow=True, method="page")
    assert queries.history(tx, POST.object_uri) == []
    assert decisions.choose(tx, POST, actor_uri=ALICE, allow=True, method="page").kind == "grant"


def test_a_no_is_possible_for_every_post(tx: Tx) -> None:
    private = replace(POST, public=False)
    assert decisions.choose(tx, private, actor_uri=ALICE, allow=False, method="page").kind == "deny"


def test_unknown_uses_are_refused_and_known_ones_are_not(tx: Tx) -> None:
    with pytest.raises(NotValid, match="advertising"):
        decisions.decide(
            tx, POST, actor_uri=ALICE, kind="grant", purposes=("train-ai", "advertising"), method="page"
        )
    with pytest.raises(NotValid, match="one to train-ai, too"):
        decisions.decide(tx, POST, actor_uri=ALICE, kind="grant", purposes=("dataset",), method="page")
    decisions.decide(tx, POST, actor_uri=ALICE, kind="grant", purposes=("train-ai",), method="page")
    assert now_in_force(tx, POST) == Decision(train_ai=True, dataset=False)


def test_a_yes_holds_for_the_revision_it_named_and_no_other(tx: Tx) -> None:
    decisions.choose(tx, POST, actor_uri=ALICE, allow=True, method="page")
    edited = replace(POST, revision="b" * 64)
    assert now_in_force(tx, edited) == Decision()
    line = decisions.supersede(tx, edited)
    assert line is not None
    assert line.kind == "supersede"
    assert decisions.supersede(tx, edited) is None
    assert decisions.choose(tx, edited, actor_uri=ALICE, allow=True, method="page").kind == "grant"
    assert now_in_force(tx, edited).train_ai
    assert decisions.supersede(tx, edited) is None


def test_an_edit_back_does_not_bring_an_old_yes_back(tx: Tx) -> None:
    decisions.choose(tx, POST, actor_uri=ALICE, allow=True, method="page")
    decisions.supersede(tx, replace(POST, revision="b" * 64))
    assert now_in_force(tx, POST) == Decision()


def test_deleting_is_noted_once_and_only_where_something_was_decided(tx: Tx) -> None:
    gone = replace(POST, present=False)
    assert decisions.erase(tx, gone) is None
    decisions.choose(tx, POST, actor_uri=ALICE, allow=True, method="page")
    line = decisions.erase(tx, gone)
    assert line is not None
    assert (line.kind, line.method) == ("erase", "delete")
    assert decisions.erase(tx, gone) is None
    assert now_in_force(tx, POST) == Decision()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "withdraw"},
        {"kind": "deny"},
        {"kind": "supersede"},
        {"kind": "erase"},
        {"revision": "b" * 64},
        {"object_uri": f"{ALICE}/posts/2"},
        {"actor_uri": MALLORY},
        {"terms_id": "training-0"},
        {"terms_sha256": "0" * 64},
    ],
)
def test_only_a_grant_that_fits_in_every_part_is_in_force(tx: Tx, change: dict[str, Any]) -> None:
    entry = decisions.choose(tx, POST, actor_uri=ALICE, allow=True, method="page")
    assert decisions.granted(POST, entry) is not None
    assert decisions.granted(POST, replace(entry, **change)) is None


# Uses, pictures, sensitive posts, and older terms


def test_each_use_is_allowed_by_itself_and_none_is_taken_for_granted(tx: Tx) -> None:
    to = Allowance(purposes=("ai-input",))
    decisions.choose(tx, POST, actor_uri=ALICE, allow=True, method="page", to=to)
    assert now_in_force(tx, POST) == Decision(ai_input=True)
    said = channels.object_terms(now_in_force(tx, POST), ADDRESSES)
    # No channel says anything of it but the receipt: AIPREF has no word for it.
    assert (said["contentUsage"], "usageConsent" in said) == ("train-ai=n", True)
    assert channels.headers(now_in_force(tx, POST), ADDRESSES)["Content-Usage"] == "train-ai=n"


@pytest.mark.parametrize("purposes", [(), ("dataset",), ("dataset", "ai-input")])
def test_the_dataset_is_not_allowed_without_training_and_nothing_is_no_yes(
    tx: Tx, purposes: tuple[str, ...]
) -> None:
    with pytest.raises(NotValid):
        decisions.choose(
            tx, POST, actor_uri=ALICE, allow=True, method="page", to=Allowance(purposes=purposes)
        )
    to = Allowance(purposes=("train-ai", *purposes))
    assert decisions.choose(tx, POST, actor_uri=ALICE, allow=True, method="page", to=to).kind == "grant"


def test_another_yes_takes_the_place_of_the_first_and_the_same_one_does_not(tx: Tx) -> None:
    first = decisions.choose(tx, POST, actor_uri=ALICE, allow=True, method="page")
    same = Allowance(purposes=("dataset", "train-ai"))
    assert decisions.choose(tx, POST, actor_uri=ALICE, allow=True, method="page", to=same) == first
    less = Allowance(purposes=("train-ai",))
    second = decisions.choose(tx, POST, actor_uri=ALICE, allow=True, method="page", to=less)
    assert second.previous_seq == first.seq
    assert now_in_force(tx, POST) == Decision(train_ai=True)
    ended = decisions.choose(tx, POST, actor_uri=ALICE, allow=False, method="page")
    assert (ended.kind, ended.purposes) == ("withdraw", ("train-ai",))


def test_a_sensitive_post_is_allowed_only_as_such(tx: Tx) -> None:
    sensitive = replace(POST, sensitive=True)
    with pytest.raises(NotValid, match="sensitive"):
        decisions.choose(tx, sensitive, actor_uri=ALICE, allow=True, method="page")
    to = Allowance(sensitive=True)
    entry = decisions.choose(tx, sensitive, actor_uri=ALICE, allow=True, method="page", to=to)
    assert entry.sensitive is True
    assert now_in_force(tx, sensitive).train_ai
    # Said of a post that is not sensitive it says nothing, and does not hold once the post becomes so.
    other = replace(POST, object_uri=f"{ALICE}/posts/2")
    assert decisions.choose(tx, other, actor_uri=ALICE, allow=True, method="page", to=to).sensitive is None
    assert now_in_force(tx, replace(other, sensitive=True)) == Decision()
    line = decisions.supersede(tx, replace(other, sensitive=True))
    assert line is not None
    assert line.kind == "supersede"


def test_a_picture_is_allowed_by_its_own_name_and_never_because_the_text_is(tx: Tx) -> None:
    ones, twos = "1" * 64, "2" * 64
    pictures = replace(POST, media=(ones, twos))
    decisions.choose(tx, pictures, actor_uri=ALICE, allow=True, method="page")
    assert now_in_force(tx, pictures).media == ()
    assert decisions.of_picture(now_in_force(tx, pictures), ones) == Decision()
    to = Allowance(media=(twos,))
    entry = decisions.choose(tx, pictures, actor_uri=ALICE, allow=True, method="page", to=to)
    assert entry.media_sha256 == (twos,)
    decision = now_in_force(tx, pictures)
    assert decisions.of_picture(decision, twos).train_ai
    assert decisions.of_picture(decision, ones) == Decision()
    assert decisions.of_picture(decision, None) == Decision()
    # A picture that is not in the post any more is not allowed.
    assert now_in_force(tx, replace(pictures, media=(ones,))).media == ()


def test_a_picture_of_another_post_is_refused(tx: Tx) -> None:
    pictures = replace(POST, media=("1" * 64,))
    with pytest.raises(NotValid, match="picture"):
        decisions.choose(
            tx, pictures, actor_uri=ALICE, allow=True, method="page", to=Allowance(media=("2" * 64,))
        )
    to = Allowance(media=("1" * 64,))
    assert decisions.choose(tx, pictures, actor_uri=ALICE, allow=True, method="page", to=to).kind == "grant"


def an_old_yes(tx: Tx, *purposes: Purpose, extent: Extent = NOTHING_MORE) -> Decision:
    line = (ALICE, POST.object_uri, POST.revision)
    queries.append(tx, line, kind="grant", purposes=purposes, terms=terms.FIRST, method="page", extent=extent)
    return now_in_force(tx, replace(POST, media=("1" * 64,)))


def test_what_was_allowed_under_older_terms_stays_allowed_and_is_never_widened(tx: Tx) -> None:
    assert an_old_yes(tx, "train-ai", "dataset") == Decision(train_ai=True, dataset=True)
    # The first terms spoke neither of answers nor of pictures: a line that says so was never agreed to.
    assert an_old_yes(tx, "train-ai", "ai-input") == Decision()
    assert an_old_yes(tx, "train-ai", extent=Extent(media_sha256=("1" * 64,))) == Decision()
    assert an_old_yes(tx, "train-ai") == Decision(train_ai=True)


# Any history: every channel says what the ledger says

MOVES = [
    "yes",
    "no",
    "edit",
    "edit back",
    "hide",
    "show",
    "delete",
    "suspend",
    "restore",
    "mallory yes",
    "mark",
    "unmark",
    "yes to a sensitive one",
    "only answers",
]
ANYWAY = Allowance(purposes=PURPOSES, sensitive=True)
ANSWERS = Allowance(purposes=("ai-input",))
ALLOWANCES = {"yes": PLAIN, "yes to a sensitive one": ANYWAY, "only answers": ANSWERS}


@dataclass
class World:
    """A model of the rules, kept apart from the code: which revision is allowed now, and for what."""

    subject: Subject = POST
    allowed: str | None = None
    to: Allowance = PLAIN

    @property
    def open(self) -> bool:
        return self.subject.public and self.subject.own and self.subject.present

    def play(self, tx: Tx, move: str) -> None:
        if move in ALLOWANCES:
            self._say_yes(tx, ALLOWANCES[move])
        elif move == "mallory yes":
            with pytest.raises(NotAllowed):
                decisions.choose(tx, self.subject, actor_uri=MALLORY, allow=True, method="page")
        elif move == "no":
            decisions.choose(tx, self.subject, actor_uri=ALICE, allow=False, method="page")
            self.allowed = None
        elif move in {"edit", "edit back"}:
            self._edit(tx, "a" * 64 if move == "edit back" else self._next_revision())
        else:
            self._change(tx, move)

    def _say_yes(self, tx: Tx, to: Allowance) -> None:
        if self.open and (to.sensitive or not self.subject.sensitive):
            decisions.choose(tx, self.subject, actor_uri=ALICE, allow=True, method="page", to=to)
            # Said of a post that is not sensitive it says nothing of a time when it will be.
            self.allowed = self.subject.revision
            self.to = dataclasses.replace(to, sensitive=to.sensitive and self.subject.sensitive)
            return
        with pytest.raises(NotValid):
            decisions.choose(tx, self.subject, actor_uri=ALICE, allow=True, method="page", to=to)

    def _next_revision(self) -> str:
        return chr(ord(self.subject.revision[0]) + 1) * 64

    def _edit(self, tx: Tx, revision: str) -> None:
        if revision != self.subject.revision:
            self.subject = replace(self.subject, revision=revision)
            decisions.supersede(tx, self.subject)
            self.allowed = None

    def _change(self, tx: Tx, move: str) -> None:
        changes: dict[str, dict[str, Any]] = {
            "hide": {"public": False},
            "show": {"public": True},
            "suspend": {"own": False},
            "restore": {"own": True},
            "delete": {"present": False},
            "mark": {"sensitive": True},
            "unmark": {"sensitive": False},
        }
        self.subject = replace(self.subject, **changes[move])
        if move == "mark" and not self.to.sensitive:
            decisions.supersede(tx, self.subject)
            self.allowed = None
        if move == "delete":
            decisions.erase(tx, self.subject)
            self.allowed = None

    @property
    def purposes(self) -> tuple[str, ...]:
        return self.to.purposes if self.open and self.allowed == self.subject.revision else ()

    @property
    def answer(self) -> bool:
        return "train-ai" in self.purposes


def training_allowed_by_aipref(text: str) -> bool:
    """A reader of the AIPREF drafts, with a parser of structured fields that is not ours."""
    dictionary: Any = http_sf.parse(text.encode(), tltype="dictionary")
    return str(dictionary["train-ai"][0]) == "y"


def reserved_by_tdmrep(header: dict[str, str], meta: dict[str, str]) -> bool:
    """TDMRep 1.0, section 5: the page overrides the header; 1 is a reservation."""
    return meta.get("tdm-reservation", header.get("tdm-reservation", "0")) == "1"


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=st.lists(st.sampled_from(MOVES), max_size=12))
def test_after_any_history_every_channel_says_what_the_ledger_says(tx: Tx, moves: list[str]) -> None:
    with tx.connection.begin_nested() as savepoint:
        world = World()
        for move in moves:
            world.play(tx, move)
            decision = now_in_force(tx, world.subject)
            header = channels.headers(decision, ADDRESSES)
            meta = dict(channels.html_meta(decision, ADDRESSES))
            terms_of_object = channels.object_terms(decision, ADDRESSES)
            assert training_allowed_by_aipref(header["Content-Usage"]) is world.answer
            assert training_allowed_by_aipref(terms_of_object["contentUsage"]) is world.answer
            assert reserved_by_tdmrep(header, meta) is not world.answer
            assert reserved_by_tdmrep(header, {}) is not world.answer
            for directives in (
                header.get("X-Robots-Tag"),
                meta.get("robots"),
                terms_of_object.get("xRobotsTag"),
            ):
                assert ("noai" in (directives or "").split(", ")) is not world.answer
            assert decision.purposes == world.purposes
        savepoint.rollback()


def test_the_ledger_counts_upward_and_keeps_every_line(tx: Tx) -> None:
    kinds: list[Kind] = ["grant", "withdraw", "grant", "deny"]
    lines: list[Entry] = [
        decisions.decide(tx, POST, actor_uri=ALICE, kind=kind, method="page") for kind in kinds
    ]
    assert [line.seq for line in lines] == sorted({line.seq for line in lines})
    assert queries.history(tx, POST.object_uri) == lines
    assert decisions.states(tx, [POST.object_uri, "https://elsewhere.example/1"]) == {
        POST.object_uri: lines[-1]
    }
