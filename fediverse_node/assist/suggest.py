"""Ask the model on behalf of one account: budgets before, plain text after, kept under a handle."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fediverse_node.assist.plain import MAX_OUTPUT, plain
from fediverse_node.assist.prompts import Action, action_named, prompt_for
from fediverse_node.assist.provider import (
    AssistBudget,
    AssistOff,
    AssistUnavailable,
    ModelProvider,
    ModelRequest,
)
from fediverse_node.config.sections import Assist
from fediverse_node.kernel.errors import NotValid, TooLarge
from fediverse_node.kernel.text import clean_text
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.suggestions import queries as suggestions
from fediverse_node.suggestions.model import Suggestion

log = logging.getLogger(__name__)

#: Longest text that is sent to a model, in characters.
MAX_INPUT = 8_000
RUNNING_PER_ACCOUNT = 2
RUNNING_PER_SERVER = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a person asks for.

    Attributes:
        action: `draft`, `rewrite`, `shorten` or `translate`.
        text: their notes or their text.
        language: what to translate into.
    """

    account_id: int
    action: str
    text: str = field(repr=False)
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """The finished answer.

    Attributes:
        handle: give it along when publishing, so that the post is labelled truthfully.
        text: plain text. The pieces that came before were the raw answer; this is what counts.
        notices: what was changed in the answer, for the person.
    """

    handle: str
    text: str = field(repr=False)
    provider: str
    model: str
    action: Action
    notices: tuple[str, ...] = ()


async def suggest(
    db: Database, provider: ModelProvider | None, config: Assist, ask: Ask
) -> AsyncGenerator[str | Suggested, None]:
    """The answer piece by piece, then as a whole, once it is stored.

    Nothing is yielded before the provider has begun to answer, so every refusal is raised first.

    Raises:
        AssistOff: no provider is configured.
        NotValid, TooLarge: the action, the text, or the language.
        AssistBudget: the account has used up its share, or too much is running.
        AssistUnavailable, AssistMisconfigured, AssistRefused: see `ModelProvider.stream`.
    """
    if provider is None:
        raise AssistOff
    action, request = _request(ask)
    handle = secrets.token_urlsafe(16)
    await db.write(lambda tx: _reserve(tx, _suggestion(provider, ask, handle, tx.now), config))
    heard: list[str] = []
    finished = False
    try:
        async with aclosing(provider.stream(request)) as answer:
            async for piece in _bounded(answer, float(config.timeout_seconds)):
                heard.append(piece)
                yield piece
        text, notices = plain("".join(heard), given=ask.text)
        if not text:
            raise AssistUnavailable("The AI provider gave no text. Try again, or say more.", detail="empty")
        await db.write(lambda tx: suggestions.finish(tx, handle, text))
        finished = True
    finally:
        if not finished:
            leave = suggestions.fail if heard else suggestions.forget
            await db.write(lambda tx: leave(tx, handle))
    log.info("assist.suggested", extra={"action": action, "model": provider.model, "bytes": len(text)})
    yield Suggested(
        handle=handle,
        text=text,
        provider=provider.name,
        model=provider.model,
        action=action,
        notices=notices,
    )


async def suggest_whole(db: Database, provider: ModelProvider | None, config: Assist, ask: Ask) -> Suggested:
    """The answer as a whole. Raises what `suggest` raises."""
    async with aclosing(suggest(db, provider, config, ask)) as answer:
        async for part in answer:
            if isinstance(part, Suggested):
                return part
    raise AssistUnavailable(detail="ended without an answer")


def _request(ask: Ask) -> tuple[Action, ModelRequest]:
    action = action_named(ask.action)
    text = clean_text(ask.text.encode("utf-8", "ignore").decode()).strip()
    if not text:
        raise NotValid("There is no text to work with. Write a few words first.")
    if len(text) > MAX_INPUT:
        raise TooLarge(f"AI assistance takes at most {MAX_INPUT} characters. Choose a part of the text.")
    return action, ModelRequest(system=prompt_for(action, language=ask.language).system, text=text)


def _suggestion(provider: ModelProvider, ask: Ask, handle: str, now: datetime) -> Suggestion:
    sent = f"{ask.action}\n{ask.language}\n{ask.text}".encode("utf-8", "ignore")
    return Suggestion(
        handle=handle,
        account_id=ask.account_id,
        provider=provider.name,
        model=provider.model,
        action=ask.action,
        input_sha256=hashlib.sha256(sent).hexdigest(),
        output="",
        created_at=now,
    )


def _reserve(tx: Tx, suggestion: Suggestion, config: Assist) -> None:
    used = suggestions.usage(tx, suggestion.account_id)
    if used.last_day >= config.per_day:
        raise AssistBudget(
            f"You have used your {config.per_day} AI suggestions of today. "
            "Writing without them always works.",
            retry_after=timedelta(hours=1).total_seconds(),
        )
    if used.last_hour >= config.per_hour:
        oldest = used.oldest_of_hour or tx.now
        wait = oldest + timedelta(hours=1) - tx.now
        raise AssistBudget(
            f"You have used your {config.per_hour} AI suggestions of this hour. "
            "Writing without them always works.",
            retry_after=max(1.0, wait.total_seconds()),
        )
    if used.running >= RUNNING_PER_ACCOUNT or used.running_here >= RUNNING_PER_SERVER:
        raise AssistBudget(
            "Other AI suggestions are still being written. Try again in a moment.", retry_after=5
        )
    suggestions.begin(tx, suggestion)


async def _bounded(answer: AsyncIterator[str], seconds: float) -> AsyncIterator[str]:
    """*answer* until it is longer than is kept. An answer that does not end in time is an error."""
    deadline = asyncio.get_running_loop().time() + seconds
    size = 0
    while size <= MAX_OUTPUT:
        # Around each wait, never around a yield: a timeout must not strike whoever reads this.
        clock = asyncio.timeout_at(deadline)
        try:
            async with clock:
                piece = await anext(answer)
        except StopAsyncIteration:
            return
        except TimeoutError:
            if not clock.expired():
                raise
            raise AssistUnavailable(
                "The AI provider took too long. Nothing was lost; try again.", detail="deadline"
            ) from None
        piece = piece.encode("utf-8", "ignore")[: MAX_OUTPUT + 4].decode("utf-8", "ignore")
        size += len(piece.encode())
        yield piece
