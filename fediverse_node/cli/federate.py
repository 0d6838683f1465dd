"""`post`, `vote`, `follow` and `lookup`: what a person or a server does to the world, from a terminal."""

from __future__ import annotations

import base64
import sys
from itertools import zip_longest
from pathlib import Path

import click

from fediverse_node.cli.desk import Desk, JsonDict, json_option, note, pass_desk, show


@click.command()
@click.argument("name")
@click.argument("text")
@click.option(
    "--assist",
    type=click.Choice(["draft", "rewrite", "shorten", "translate"]),
    help="Let the configured model do this to TEXT.",
)
@click.option("--language", default="", help="Language of the post, or to translate into, such as en or ar.")
@click.option(
    "--visibility",
    type=click.Choice(["public", "unlisted", "private", "direct"]),
    default="public",
    show_default=True,
    help="Who may see it.",
)
@click.option(
    "--train",
    type=click.Choice(["yes", "no"]),
    default="no",
    show_default=True,
    help="Whether the author allows training use.",
)
@click.option("--reviewed", is_flag=True, help="Say that a person read what AI wrote, and stands by it.")
@click.option(
    "--ai",
    "disclosure",
    type=click.Choice(["ai-assisted", "ai-autonomous"]),
    help="Say that AI had a part in TEXT that is not noted here.",
)
@click.option("--local-only", is_flag=True, help="Keep it on this server: no other server is sent it.")
@click.option("--yes", is_flag=True, help="Publish what the model wrote without asking first.")
@click.option(
    "--poll", multiple=True, metavar="ANSWER", help="An answer of a poll; give it for each of them."
)
@click.option(
    "--poll-hours",
    type=click.FloatRange(min=0, min_open=True),
    default=24.0,
    show_default=True,
    help="How long the poll is open.",
)
@click.option("--poll-multiple", is_flag=True, help="Let people choose several answers.")
@click.option(
    "--picture",
    "pictures",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A picture in this file; up to four times.",
)
@click.option("--alt", "alts", multiple=True, help="What a picture shows: once for each --picture, in order.")
@click.option(
    "--picture-ai",
    "parts",
    multiple=True,
    type=click.Choice(["none", "edited", "made"]),
    help="AI's part in a picture: once for each --picture, in order.",
)
@json_option
@pass_desk
def post(  # noqa: PLR0913 one parameter for each option of the command
    desk: Desk,
    name: str,
    text: str,
    *,
    assist: str | None,
    language: str,
    visibility: str,
    train: str,
    reviewed: bool,
    disclosure: str | None,
    local_only: bool,
    yes: bool,
    poll: tuple[str, ...],
    poll_hours: float,
    poll_multiple: bool,
    pictures: tuple[Path, ...],
    alts: tuple[str, ...],
    parts: tuple[str, ...],
    as_json: bool,
) -> None:
    """Publish TEXT for the account NAME.

    With --assist you see what the model wrote, and at a terminal you are asked before it is published. In a
    script nobody can be asked: the post says that nobody reviewed it, unless you say so with --reviewed.

    Example: fediverse-node post alice "Hello, world" --train yes
    """
    if len(alts) > len(pictures):
        raise click.UsageError("There is an --alt without a --picture.")
    if len(parts) > len(pictures):
        raise click.UsageError("There is a --picture-ai without a --picture.")
    suggestion = None
    if assist is not None:
        made = desk.ask("assist", name=name, text=text, action=assist, language=language)
        reviewed = _review(made, asked=not yes and sys.stdin.isatty()) or reviewed
        text, suggestion = made["text"], made["handle"]
    uploaded = [_upload(desk, name, *each) for each in zip_longest(pictures, alts, parts, fillvalue="")]
    published = desk.ask(
        "post",
        name=name,
        text=text,
        language=language,
        visibility=visibility,
        train=train,
        local_only=local_only,
        suggestion=suggestion,
        reviewed=reviewed,
        disclosure=disclosure,
        poll={"options": poll, "hours": poll_hours, "multiple": poll_multiple} if poll else None,
        pictures=uploaded,
    )
    show(published, as_json=as_json, otherwise=lambda found: f"Published: {found['url']}")


@click.command()
@click.argument("name")
@click.argument("post")
@json_option
@pass_desk
def review(desk: Desk, name: str, post: str, *, as_json: bool) -> None:
    """Say that the account NAME, the author of POST, has read what AI wrote in it. It cannot be unsaid.

    Example: fediverse-node review alice https://example.org/@alice/123
    """
    done = desk.ask("review", name=name, post=post)
    show(done, as_json=as_json, otherwise=lambda found: f"Reviewed: {found['uri']}")


@click.command()
@click.argument("name")
@click.argument("post")
@click.argument("choices", nargs=-1, required=True, metavar="CHOICE...")
@json_option
@pass_desk
def vote(desk: Desk, name: str, post: str, choices: tuple[str, ...], *, as_json: bool) -> None:
    """Let the account NAME choose in the poll of POST (its address or id).

    CHOICE is the text of an answer, or its number, counted from 1.

    Example: fediverse-node vote alice https://example.org/@bob/123 "Green tea"
    """
    found = desk.ask("vote", name=name, post=post, choices=choices)
    show(found, as_json=as_json, otherwise=lambda made: f"Voted: {', '.join(made['choices'])}")


@click.command()
@click.argument("name")
@click.argument("handle")
@json_option
@pass_desk
def follow(desk: Desk, name: str, handle: str, *, as_json: bool) -> None:
    """Let the account NAME follow HANDLE (@user@host).

    Example: fediverse-node follow alice @bob@example.org
    """
    found = desk.ask("follow", name=name, handle=handle)
    words = {"pending": "Asked to follow", "accepted": "Following"}
    show(found, as_json=as_json, otherwise=lambda made: f"{words[made['state']]} {made['handle']}.")


@click.command()
@click.argument("what")
@json_option
@pass_desk
def lookup(desk: Desk, what: str, *, as_json: bool) -> None:
    """Fetch WHAT (@user@host or an address) as this server, and show what it sees.

    Example: fediverse-node lookup @bob@example.org
    """
    show(desk.ask("lookup", what=what), as_json=as_json, otherwise=_seen)


def _seen(found: JsonDict) -> str:
    said = {key: value for key, value in found.items() if value not in (None, "", [], False)}
    return "\n".join(f"{key}: {'yes' if value is True else value}" for key, value in said.items())


def _upload(desk: Desk, name: str, picture: Path | str, alt: Path | str, part: Path | str) -> str:
    """Upload one picture. Gives its id."""
    if not alt:
        note(f"{picture} has no --alt: people who cannot see it learn nothing of it.")
    data = base64.b64encode(Path(picture).read_bytes()).decode("ascii")
    made: str = desk.ask("picture.add", name=name, picture=data, alt=str(alt), ai_part=str(part))["id"]
    return made


def _review(made: JsonDict, *, asked: bool) -> bool:
    """Show what a model wrote. Whether a person was asked, and said to stand by it."""
    note(f"{made['model']} ({made['provider']}) suggests:\n\n{made['text']}\n")
    for notice in made["notices"]:
        note(f"Note: {notice}")
    if asked:
        click.confirm(
            "Have you read this? Publish it as yours, labelled as AI-assisted?", abort=True, err=True
        )
    return asked
