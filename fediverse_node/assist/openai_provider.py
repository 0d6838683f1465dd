"""The one doorway to the openai SDK: chat completions, streamed, from any server that speaks them.

`chat.completions` with `model`, `messages`, `max_tokens` and `stream` is what hosted and local servers
share. The SDK's traffic goes through the guarded client to the configured origin and nowhere else.
Importing this module loads the SDK, which takes seconds: `assist.configured` does it in a thread.

Errors are told apart by class and status only. A provider's own words may hold the key or the text,
so they reach neither a message nor a log, and no error of the SDK is left in a traceback.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import httpx2
import openai

from fediverse_node.assist.provider import (
    AssistMisconfigured,
    AssistRefused,
    AssistUnavailable,
    ModelRequest,
)
from fediverse_node.config.sections import Assist
from fediverse_node.kernel.clock import system_clock
from fediverse_node.kernel.errors import NodeError
from fediverse_node.kernel.urls import authority_of
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.errors import Refused
from fediverse_node.outbound.httpx_transport import httpx_client
from fediverse_node.outbound.limits import retry_after

log = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
#: Bytes of one answer as sent: enough for eight kilobytes of text in pieces of one character.
ANSWER_BYTES = 4 * 1024 * 1024
#: Models that think before they answer count their thoughts as output.
_TOKENS_FOR_THINKING = 4096
#: What asking can end in. The last four: the SDK trips over answers of the wrong shape.
_FAULTS = (openai.OpenAIError, httpx2.HTTPError, ValueError, TypeError, AttributeError, LookupError)
#: At level DEBUG these write whole requests, and those are private text.
_TALKATIVE = ("openai", "httpx2", "httpcore2")


class OpenAiProvider:
    """A `ModelProvider` that speaks OpenAI's protocol.

    Args:
        config: the section [assist], complete.
        outbound: reaches the origin of `base_url`; closed by whoever opened it.
        name: whose model it is, for labels.
    """

    def __init__(self, config: Assist, outbound: Outbound, *, name: str) -> None:
        self._config = config
        self._name = name
        #: what the model calls its bound; newer ones refuse the older name
        self._bound = "max_tokens"
        total = float(config.timeout_seconds)
        for logger in _TALKATIVE:
            logging.getLogger(logger).setLevel(logging.WARNING)
        self._client = openai.AsyncOpenAI(
            api_key=config.api_key or "none",
            base_url=config.base_url,
            max_retries=0,  # the person who waits decides about another try
            timeout=httpx2.Timeout(total, connect=CONNECT_SECONDS),
            http_client=httpx_client(outbound, base_url=config.base_url, total=total, limit=ANSWER_BYTES),
        )

    @property
    def name(self) -> str:
        """Whose model it is."""
        return self._name

    @property
    def model(self) -> str:
        """As configured."""
        return self._config.model

    def __repr__(self) -> str:
        """Without the key."""
        return f"OpenAiProvider({self._config.model!r} at {authority_of(self._config.base_url)})"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str, None]:
        """See `ModelProvider.stream`. Never tries twice."""
        fault: NodeError | None = None
        try:
            async with aclosing(self._pieces(request)) as pieces:
                async for piece in pieces:
                    yield piece
        except _FAULTS as error:
            fault = _explain(error)
        if fault is not None:  # raised out here, so that no traceback carries the provider's words
            log.warning("assist.failed", extra={"fault": type(fault).__name__, "detail": fault.detail})
            raise fault

    async def aclose(self) -> None:
        """Close the SDK's client."""
        await self._client.close()

    async def _pieces(self, request: ModelRequest) -> AsyncGenerator[str, None]:
        async with await self._ask(request) as chunks:
            async for chunk in chunks:
                text, finished = _read(chunk)
                if text:
                    yield text
                if finished:
                    return

    async def _ask(self, request: ModelRequest) -> openai.AsyncStream[Any]:
        try:
            return await self._create(request)
        except openai.BadRequestError as error:
            if self._bound != "max_tokens" or "max_completion_tokens" not in str(error.body):
                raise
        self._bound = "max_completion_tokens"
        return await self._create(request)

    async def _create(self, request: ModelRequest) -> openai.AsyncStream[Any]:
        thinking = _TOKENS_FOR_THINKING if self._bound == "max_completion_tokens" else 0
        bound: dict[str, Any] = {self._bound: request.max_tokens + thinking}
        chunks: openai.AsyncStream[Any] = await self._client.chat.completions.create(
            model=self._config.model,
            messages=[
                {"role": "system", "content": request.system},
                {"role": "user", "content": request.text},
            ],
            stream=True,
            **bound,
        )
        return chunks


def _read(chunk: object) -> tuple[str, bool]:
    """The text in *chunk*, and whether it is the last; the SDK has not checked its shape.

    Raises:
        AssistRefused: the provider's filter stopped it.
        TypeError: it is no chunk of a chat completion.
    """
    choices = getattr(chunk, "choices", None)
    if not isinstance(choices, list):
        raise TypeError("no choices")
    if not choices:
        return "", False
    finish = getattr(choices[0], "finish_reason", None)
    if finish == "content_filter":
        raise AssistRefused(detail="content filter")
    content = getattr(getattr(choices[0], "delta", None), "content", None)
    return content if isinstance(content, str) else "", finish is not None


def _explain(error: Exception) -> NodeError:
    """*error* in our own words: its class and status, never its text."""
    kind = type(error).__name__
    if isinstance(error, openai.APIStatusError):
        return _explain_status(error)
    if _caused_by_refusal(error):
        return AssistMisconfigured(detail=f"{kind}: the address may not be reached", retry_after=3600)
    if isinstance(error, openai.APITimeoutError):
        return AssistUnavailable("The AI provider took too long. Nothing was lost; try again.", detail=kind)
    if isinstance(error, openai.APIConnectionError):
        return AssistUnavailable(
            "The AI provider cannot be reached. Nothing was lost; try again later.", detail=kind
        )
    return AssistUnavailable(
        "The AI provider answered in a way that cannot be read. Nothing was lost; try again later.",
        detail=kind,
    )


def _explain_status(error: openai.APIStatusError) -> NodeError:
    detail = f"status {error.status_code}"
    if error.status_code in {401, 403, 404} or 300 <= error.status_code < 400:
        return AssistMisconfigured(detail=detail, retry_after=3600)
    if error.status_code in {400, 413, 422}:
        return AssistRefused(detail=detail)
    if error.status_code == 429:
        wait = retry_after(error.response.headers, system_clock())
        return AssistUnavailable(
            "The AI provider is busy or its quota is used up. Nothing was lost; try again later.",
            detail=detail,
            retry_after=60.0 if wait is None else wait,
        )
    return AssistUnavailable(detail=detail)


def _caused_by_refusal(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, Refused):
            return True
        error = error.__cause__
    return False
