"""What happens in the demo: alice writes on alpha, bob follows her from beta, a lab uses what she allows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fediverse_node.cli import demo_dataset
from fediverse_node.cli.demo_nodes import DemoNode, DemoNodes, until
from fediverse_node.cli.demo_report import Report
from fediverse_node.web.practice import NOTICE

HAND_WRITTEN = "The swifts left this morning. The sky over the market is empty, and a little too quiet."
ROUGH = "today i want to tell you why our small library lends seeds as well as books"
ALLOWED = "You may train on this one: a bicycle bell, two short notes, heard before it is seen."


def tell(nodes: DemoNodes, folder: Path) -> Report:
    """The whole story. Raises DemoFailed when a step does not come to its end."""
    report = Report()
    alpha, beta = nodes.alpha, nodes.beta
    with report.step("alice joins alpha, bob joins beta"):
        alice = _person(alpha, "alice")
        bob = _person(beta, "bob")
    with report.step("bob follows alice from beta; alpha accepts"):
        _follow(beta, bob, f"@alice@{alpha.config.domain}")
    with report.step("alice posts by hand, with AI assistance, and with training use allowed"):
        posts = {
            "by hand": alpha.command("post", name="alice", text=HAND_WRITTEN),
            "AI-assisted": alpha.command("post", name="alice", text=ROUGH, assist="rewrite"),
            "training allowed": alpha.command("post", name="alice", text=ALLOWED, train="yes"),
        }
    with report.step("beta has all three in bob's home timeline"):
        seen = until("beta to show three posts", lambda: _home(beta, bob, [p["uri"] for p in posts.values()]))
    _check_labels(report, alpha, posts, seen)
    with report.step("bob likes and boosts the hand-written post"):
        _react(alpha, alice, beta, bob, seen[posts["by hand"]["uri"]]["id"], posts["by hand"]["id"])
    with report.step("alice edits the AI-assisted post; beta shows the edit"):
        _edit(alpha, alice, beta, bob, posts["AI-assisted"], seen)
    _deliveries(report, alpha, posts)
    with report.step("alice deletes the hand-written post; beta forgets it"):
        _delete(alpha, alice, beta, bob, posts["by hand"], seen)
    gone = alpha.status_of(posts["by hand"]["uri"], "application/activity+json")
    report.check("the deleted post answers 410 Gone", holds=gone == 410)
    with report.step("alpha exports the posts that may be used"):
        _export(report, alpha, folder, posts)
    _pages(report, nodes, posts)
    demo_dataset.tell(report, alpha, folder, allowed=posts["training allowed"]["uri"])
    report.remark = (
        "Assist was answered by a practice provider on this machine, which is no model. Set OPENAI_API_KEY "
        "(and OPENAI_BASE_URL) to use a real one."
        if nodes.practising
        else f"Assist was answered by {nodes.provider}."
    )
    return report


def _person(node: DemoNode, name: str) -> str:
    node.command("account.create", name=name)
    token: str = node.command("token.create", name=name, scopes="read write follow")["token"]
    return token


def _follow(beta: DemoNode, bob: str, handle: str) -> None:
    beta.command("follow", name="bob", handle=handle)
    found = beta.api("GET", f"/api/v1/accounts/lookup?acct={handle.removeprefix('@')}", bob)

    def accepted() -> bool | None:
        relation = beta.api("GET", f"/api/v1/accounts/relationships?id[]={found['id']}", bob)[0]
        return True if relation["following"] else None

    until("alpha to accept the follow", accepted)


def _home(node: DemoNode, token: str, uris: list[str]) -> dict[str, Any] | None:
    found = {status["uri"]: status for status in node.api("GET", "/api/v1/timelines/home?limit=40", token)}
    return found if all(uri in found for uri in uris) else None


def _check_labels(report: Report, alpha: DemoNode, posts: dict[str, Any], seen: dict[str, Any]) -> None:
    ours = {kind: seen[post["uri"]]["fediverse_node"] for kind, post in posts.items()}
    labels = {kind: extension["ai_disclosure"] for kind, extension in ours.items()}
    report.check("beta verified alpha's signatures and took the posts in", holds=True)
    report.check(
        "beta shows who wrote what: a person, a person with AI",
        holds=labels["by hand"] == "human-only" and labels["AI-assisted"] == "ai-assisted",
    )
    report.check(
        "the AI-assisted post says so in its text",
        holds="#<span>AIassisted</span>" in seen[posts["AI-assisted"]["uri"]]["content"],
    )
    documents = {kind: alpha.document(post["uri"]) for kind, post in posts.items()}
    allowed = [kind for kind, document in documents.items() if document.get("contentUsage") == "train-ai=y"]
    report.check(
        "training use is allowed for one post only, on the wire", holds=allowed == ["training allowed"]
    )
    told = {kind: extension["training_use"] for kind, extension in ours.items()}
    report.check(
        "beta shows the same decision",
        holds=told == {kind: "yes" if kind in allowed else "no" for kind in posts},
    )


def _react(alpha: DemoNode, alice: str, beta: DemoNode, bob: str, there: str, here: str) -> None:
    beta.api("POST", f"/api/v1/statuses/{there}/favourite", bob)
    beta.api("POST", f"/api/v1/statuses/{there}/reblog", bob)

    def arrived() -> bool | None:
        status = alpha.api("GET", f"/api/v1/statuses/{here}", alice)
        return True if (status["favourites_count"], status["reblogs_count"]) == (1, 1) else None

    until("alpha to count the like and the boost", arrived)


def _edit(
    alpha: DemoNode, alice: str, beta: DemoNode, bob: str, post: dict[str, Any], seen: dict[str, Any]
) -> None:
    alpha.api(
        "PUT", f"/api/v1/statuses/{post['id']}", alice, status="Why our library lends seeds: an edited text."
    )
    there = seen[post["uri"]]["id"]

    def arrived() -> bool | None:
        status = beta.api("GET", f"/api/v1/statuses/{there}", bob)
        return True if status["edited_at"] and "an edited text" in status["content"] else None

    until("beta to show the edit", arrived)


def _delete(
    alpha: DemoNode, alice: str, beta: DemoNode, bob: str, post: dict[str, Any], seen: dict[str, Any]
) -> None:
    alpha.api("DELETE", f"/api/v1/statuses/{post['id']}", alice)
    there = seen[post["uri"]]["id"]

    def forgotten() -> bool | None:
        home = beta.api("GET", "/api/v1/timelines/home?limit=40", bob)
        return True if there not in {status["id"] for status in home} else None

    until("beta to forget the deleted post", forgotten)


def _deliveries(report: Report, alpha: DemoNode, posts: dict[str, Any]) -> None:
    for kind, post in posts.items():
        for row in alpha.command("trace", post=post["uri"])["deliveries"]:
            answer = str(row["status"] or row["error"] or "waiting")
            after = f"{row['milliseconds']} ms" if row["milliseconds"] is not None else "-"
            report.deliveries.append((f"{row['type']} of the post {kind}", row["host"], answer, after))


def _export(report: Report, alpha: DemoNode, folder: Path, posts: dict[str, Any]) -> None:
    out = folder / "export"
    alpha.command("export", out=str(out))
    lines = (out / "data" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    report.check(
        "the export holds exactly the post that was allowed",
        holds=[row["id"] for row in rows] == [posts["training allowed"]["uri"]],
    )
    whole = "".join(file.read_text(encoding="utf-8") for file in out.rglob("*") if file.is_file())
    report.check(
        "nothing of the other posts is in it",
        holds=HAND_WRITTEN[:20] not in whole and NOTICE not in whole and ROUGH[:20] not in whole,
    )


def _pages(report: Report, nodes: DemoNodes, posts: dict[str, Any]) -> None:
    pages = [
        ("alice's profile", f"{nodes.alpha.origin}/@alice"),
        ("the AI-assisted post", posts["AI-assisted"]["url"]),
        ("the post that may be used", posts["training allowed"]["url"]),
        ("bob's profile", f"{nodes.beta.origin}/@bob"),
    ]
    report.pages.extend(pages)
    nodes.pages.extend(address for _, address in pages)
    for what, address in pages:
        node = nodes.alpha if address.startswith(nodes.alpha.origin) else nodes.beta
        report.check(f"the page answers: {what}", holds=node.status_of(address, "text/html") == 200)
