"""The port behind which models are, and the ways in which they fail.

Messages are for the person who asked. They never repeat what the provider said, because some
providers repeat the key.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Protocol

from fediverse_node.kernel.errors import NotAllowed, NotNow, NotValid

#: Longest answer asked for, in the model's tokens.
MAX_OUTPUT_TOKENS = 1024


class AssistOff(NotAllowed):
    """AI assistance is off on this server. Its operator can set it up: [assist] in the configuration."""


class AssistUnavailable(NotNow):
    """The AI provider could not help at the moment. Nothing was lost; try again later."""


class AssistMisconfigured(AssistUnavailable):
    """The AI provider is not set up correctly. The operator of this server has to look at [assist]."""


class AssistRefused(NotValid):
    """The AI provider refuses this text. Change it, or write without its help."""


class AssistBudget(NotNow):
    """You have used up your AI suggestions for now. Writing without them always works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """What a model is asked: our instruction, and a person's text as data. Neither is ever logged."""

    system: str = field(repr=False)
    text: str = field(repr=False)
    max_tokens: int = MAX_OUTPUT_TOKENS


class ModelProvider(Protocol):
    """Anything that continues a conversation."""

    @property
    def name(self) -> str:
        """Whose model it is, as shown to everybody on a post (`OpenAI`)."""

    @property
    def model(self) -> str:
        """Which model, as shown to everybody."""

    def stream(self, request: ModelRequest) -> AsyncGenerator[str, None]:
        """The answer, piece by piece. A stream that is closed early stops the model.

        Raises:
            AssistUnavailable: down, slow, overloaded, or answering in no known form.
            AssistMisconfigured: key, model or address are not accepted.
            AssistRefused: this very text is not.
        """
