from __future__ import annotations

import subprocess
import sys
from ipaddress import ip_address

import pytest

from fediverse_node.assist.configured import open_provider, provider_name, provider_policy
from fediverse_node.assist.provider import ModelRequest
from fediverse_node.config.sections import Assist
from fediverse_node.kernel.errors import NotValid
from tests.fakes.model_provider import ModelServer


@pytest.mark.parametrize("config", [Assist(), Assist(base_url="https://api.example"), Assist(model="m")])
async def test_without_address_and_model_assist_is_off(config: Assist) -> None:
    async with open_provider(config) as provider:
        assert provider is None


def test_a_wrong_address_is_said_at_the_start() -> None:
    with pytest.raises(NotValid):
        provider_name(Assist(base_url="api.example/v1", model="m"))


@pytest.mark.parametrize(
    ("base_url", "private"),
    [
        ("https://api.example/v1", False),
        ("https://8.8.8.8/v1", False),
        ("http://ollama:11434/v1", True),
        ("http://models.lan:8000/v1", True),
        ("http://host.docker.internal:8000/v1", True),
    ],
)
def test_private_addresses_are_for_names_of_the_operators_own_network(base_url: str, private: bool) -> None:  # noqa: FBT001 a column of the table
    assert provider_policy(base_url).permits(ip_address("192.168.1.5"), 8000) is private
    assert not provider_policy(base_url).permits(ip_address("169.254.169.254"), 80)


@pytest.mark.parametrize(
    ("config", "name"),
    [
        (Assist(base_url="https://api.openai.com/v1", model="m"), "OpenAI"),
        (Assist(base_url="https://api.mistral.ai/v1", model="m"), "api.mistral.ai"),
        (Assist(base_url="http://127.0.0.1:11434/v1", model="m"), "self-hosted"),
        (Assist(base_url="http://ollama:11434/v1", model="m"), "self-hosted"),
        (Assist(base_url="http://ollama:11434/v1", model="m", provider="Our own"), "Our own"),
    ],
)
def test_labels_name_the_provider_but_no_private_address(config: Assist, name: str) -> None:
    assert provider_name(config) == name


async def test_the_sdk_is_loaded_by_whoever_asks_first(model: ModelServer) -> None:
    request = ModelRequest(system="s", text="t")
    async with open_provider(model.config(provider="")) as provider:
        assert provider is not None
        assert (provider.name, provider.model) == ("self-hosted", "tiny-1")
        for _ in range(2):
            assert "".join([piece async for piece in provider.stream(request)]) == model.text


async def test_a_provider_nobody_asked_can_be_closed() -> None:
    async with open_provider(Assist(base_url="https://api.example/v1", model="m")) as provider:
        assert provider is not None


def test_a_node_starts_without_the_sdk() -> None:
    command = "import sys, fediverse_node.assist.configured; print('openai' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
