from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from fediverse_node.assist.breaker import WithBreaker
from fediverse_node.assist.provider import AssistRefused, AssistUnavailable, ModelRequest

REQUEST = ModelRequest(system="s", text="t")


class Flaky:
    """A provider that fails as it is told."""

    name = "Practice"
    model = "tiny"

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.asked = 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str, None]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        yield "text"


class Watch:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def inner() -> Flaky:
    return Flaky()


@pytest.fixture
def provider(inner: Flaky, watch: Watch) -> WithBreaker:
    return WithBreaker(inner, clock=watch)


async def ask(provider: WithBreaker) -> str:
    try:
        return "".join([piece async for piece in provider.stream(REQUEST)])
    except (AssistUnavailable, AssistRefused) as error:
        return type(error).__name__


async def test_five_failures_within_a_minute_stop_the_asking_for_a_minute(
    provider: WithBreaker, inner: Flaky, watch: Watch
) -> None:
    inner.error = AssistUnavailable()
    for _ in range(5):
        assert await ask(provider) == "AssistUnavailable"
        watch.now += 10
    with pytest.raises(AssistUnavailable) as refused:
        await anext(provider.stream(REQUEST))
    assert (inner.asked, refused.value.retry_after) == (5, 50)
    inner.error = None
    watch.now += 50.5
    assert await ask(provider) == "text"


async def test_failures_far_apart_do_not_add_up(provider: WithBreaker, inner: Flaky, watch: Watch) -> None:
    inner.error = AssistUnavailable()
    for _ in range(8):
        await ask(provider)
        watch.now += 16
    assert inner.asked == 8


async def test_a_success_wipes_the_slate(provider: WithBreaker, inner: Flaky) -> None:
    for _ in range(3):
        inner.error = AssistUnavailable()
        for _ in range(4):
            await ask(provider)
        inner.error = None
        assert await ask(provider) == "text"


async def test_a_refused_text_is_no_failure_of_the_provider(provider: WithBreaker, inner: Flaky) -> None:
    inner.error = AssistRefused()
    for _ in range(10):
        assert await ask(provider) == "AssistRefused"
    assert inner.asked == 10


async def test_it_speaks_for_the_provider_behind(provider: WithBreaker, inner: Flaky) -> None:
    assert (provider.name, provider.model) == ("Practice", "tiny")
