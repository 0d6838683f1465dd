"""From the configuration to a provider: what it may reach, what it is called, loaded when first asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING

from fediverse_node import __version__
from fediverse_node.assist.breaker import WithBreaker
from fediverse_node.assist.provider import ModelProvider, ModelRequest
from fediverse_node.config.sections import Assist
from fediverse_node.kernel.urls import authority_of, split_http
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.guard import AddressPolicy

if TYPE_CHECKING:  # loads the SDK
    from fediverse_node.assist.openai_provider import OpenAiProvider

_OPENAI_HOST = "api.openai.com"
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
_PRIVATE = tuple(
    ip_network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)


@asynccontextmanager
async def open_provider(config: Assist, *, ca_file: str = "") -> AsyncIterator[ModelProvider | None]:
    """The provider that the configuration names, behind its breaker; None when assist is off.

    Opens no connection and loads nothing before somebody asks; closes what was opened.

    Args:
        config: the section [assist].
        ca_file: more certificate authorities to trust.

    Raises:
        NotValid: `base_url` is no http(s) address.
    """
    if not (config.base_url and config.model):
        yield None
        return
    policy = provider_policy(config.base_url)
    agent = f"fediverse-node/{__version__}"
    async with (
        Outbound(policy, user_agent=agent, ca_file=ca_file or None) as outbound,
        aclosing(ConfiguredProvider(config, outbound)) as provider,
    ):
        yield WithBreaker(provider)


def provider_policy(base_url: str) -> AddressPolicy:
    """What may be reached for the sake of *base_url*: that one origin, as the operator wrote it.

    A name without a dot, or of a local network, can only mean a machine of the operator's own (a
    container beside this one), so private addresses are permitted for it. A public name that leads
    to a private address stays refused.

    Raises:
        NotValid: *base_url* is no http(s) address.
    """
    policy = AddressPolicy().trusting(base_url)
    if _is_local_name(base_url):
        return replace(policy, allow_private_networks=policy.allow_private_networks + _PRIVATE)
    return policy


def provider_name(config: Assist) -> str:
    """How posts name the provider: as configured, else by its host.

    Never by a private address or name: the label is public.
    """
    if config.provider:
        return config.provider
    if (split_http(config.base_url).hostname or "") == _OPENAI_HOST:
        return "OpenAI"
    if provider_policy(config.base_url).allow_private_networks:
        return "self-hosted"
    return authority_of(config.base_url)


def _is_local_name(base_url: str) -> bool:
    host = (split_http(base_url).hostname or "").rstrip(".")
    return ":" not in host and ("." not in host or host.endswith(_LOCAL_NAMES))


class ConfiguredProvider:
    """The OpenAI-compatible provider of the configuration.

    The SDK takes seconds and tens of megabytes to load, so it is loaded by whoever asks first, in
    a thread, and never by a node that nobody asks.
    """

    def __init__(self, config: Assist, outbound: Outbound) -> None:
        self._config = config
        self._outbound = outbound
        self._loading = asyncio.Lock()
        self._loaded: OpenAiProvider | None = None

    @property
    def name(self) -> str:
        """See `provider_name`."""
        return provider_name(self._config)

    @property
    def model(self) -> str:
        """As configured."""
        return self._config.model

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str, None]:
        """See `ModelProvider.stream`."""
        async with self._loading:
            if self._loaded is None:
                self._loaded = await asyncio.to_thread(self._load)
        async with aclosing(self._loaded.stream(request)) as pieces:
            async for piece in pieces:
                yield piece

    async def aclose(self) -> None:
        """Close the SDK's client, where there is one. The outbound client is closed by who opened it."""
        if self._loaded is not None:
            await self._loaded.aclose()

    def _load(self) -> OpenAiProvider:
        from fediverse_node.assist import openai_provider  # noqa: PLC0415 loads the SDK

        return openai_provider.OpenAiProvider(self._config, self._outbound, name=self.name)
