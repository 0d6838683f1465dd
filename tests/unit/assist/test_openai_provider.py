from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator

import pytest

from fediverse_node.assist.configured import provider_policy
from fediverse_node.assist.openai_provider import OpenAiProvider
from fediverse_node.assist.provider import (
    AssistMisconfigured,
    AssistRefused,
    AssistUnavailable,
    ModelRequest,
)
from fediverse_node.config.sections import Assist
from fediverse_node.kernel.errors import NodeError
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.guard import AddressPolicy
from tests.fakes.model_provider import FAULTS_AT_ONCE, FAULTS_LATER, KEY, ModelServer

REQUEST = ModelRequest(system="Rewrite.", text="my private words")


@pytest.fixture
async def outbound(model: ModelServer) -> AsyncIterator[Outbound]:
    async with Outbound(provider_policy(model.base_url), user_agent="test") as opened:
        yield opened


@pytest.fixture
async def provider(model: ModelServer, outbound: Outbound) -> AsyncIterator[OpenAiProvider]:
    opened = OpenAiProvider(model.config(timeout_seconds=1), outbound, name="Practice")
    yield opened
    await opened.aclose()


async def whole(provider: OpenAiProvider) -> str:
    return "".join([piece async for piece in provider.stream(REQUEST)])


async def test_the_answer_comes_in_pieces(model: ModelServer, provider: OpenAiProvider) -> None:
    model.text = "one two three"
    assert [piece async for piece in provider.stream(REQUEST)] == ["one", " two", " three"]
    assert model.requests == [
        {
            "model": "tiny-1",
            "messages": [
                {"role": "system", "content": "Rewrite."},
                {"role": "user", "content": "my private words"},
            ],
            "max_tokens": 1024,
            "stream": True,
        }
    ]
    assert model.headers[0]["Authorization"] == f"Bearer {KEY}"


async def test_models_that_name_their_bound_otherwise_are_asked_again_and_remembered(
    model: ModelServer, provider: OpenAiProvider
) -> None:
    model.wants_completion_tokens = True
    assert await whole(provider) == model.text
    assert await whole(provider) == model.text
    assert ["max_tokens" in request for request in model.requests] == [True, False, False]


EXPECTED: dict[str, type[NodeError]] = {
    "401": AssistMisconfigured,
    "403": AssistMisconfigured,
    "404": AssistMisconfigured,
    "redirect": AssistMisconfigured,
    "400": AssistRefused,
    "filter": AssistRefused,
}
#: These end without a word and without an error; who asked finds the answer empty.
SILENT = {"empty", "html", "json-not-stream"}


@pytest.mark.parametrize("fault", [*FAULTS_AT_ONCE, *FAULTS_LATER, "400", "filter"])
async def test_each_fault_is_an_error_of_ours_without_the_providers_words(
    model: ModelServer, provider: OpenAiProvider, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    model.fault = fault
    caplog.set_level(logging.DEBUG)
    if fault in SILENT:
        assert await whole(provider) == ""
        return
    with pytest.raises(NodeError) as caught:
        await whole(provider)
    assert type(caught.value) is EXPECTED.get(fault, AssistUnavailable)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.detail
    for secret in (KEY, REQUEST.text):
        assert secret not in told
        assert secret not in caplog.text
    model.fault = ""
    assert await whole(provider) == model.text


async def test_a_busy_provider_says_when_to_come_back(model: ModelServer, provider: OpenAiProvider) -> None:
    model.fault = "429"
    with pytest.raises(AssistUnavailable) as caught:
        await whole(provider)
    assert caught.value.retry_after == 7
    assert len(model.requests) == 1


async def test_an_answer_nobody_waits_for_is_stopped(model: ModelServer, provider: OpenAiProvider) -> None:
    model.fault = "endless"
    answer = provider.stream(REQUEST)
    assert await anext(answer)
    await answer.aclose()
    await model.abandoned.wait()


async def test_an_address_the_operator_did_not_name_is_not_reached(model: ModelServer) -> None:
    async with Outbound(AddressPolicy(allow_http=True), user_agent="test") as guarded:
        provider = OpenAiProvider(model.config(), guarded, name="x")
        with pytest.raises(AssistMisconfigured):
            await whole(provider)
        await provider.aclose()
    assert model.requests == []


def test_it_does_not_show_its_key() -> None:
    config = Assist(base_url="https://api.example/v1", model="m", api_key=KEY)
    assert KEY not in repr(OpenAiProvider(config, Outbound(AddressPolicy(), user_agent="t"), name="x"))
    assert KEY not in repr(config)
