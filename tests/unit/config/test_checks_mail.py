"""What a mail section may not say."""

from __future__ import annotations

import pytest

from fediverse_node.config.loading import load
from fediverse_node.kernel.errors import NotValid

LAB = {"FEDIVERSE_NODE_FEDERATION__ALLOW_HTTP": "true", "FEDIVERSE_NODE_MAIL__HOST": "mail.example"}
SENDER = {"FEDIVERSE_NODE_MAIL__SENDER": "node@here.example"}
USER = {"FEDIVERSE_NODE_MAIL__USER": "node", "FEDIVERSE_NODE_MAIL__PASSWORD": "hidden"}


def test_a_mail_server_needs_a_sender() -> None:
    with pytest.raises(NotValid, match=r"mail\.sender"):
        load(None, LAB)
    assert load(None, {**LAB, **SENDER}).mail.port == 587


def test_a_password_is_neither_sent_openly_nor_shown() -> None:
    config = load(None, {**LAB, **SENDER, **USER})
    assert "hidden" not in repr(config)
    with pytest.raises(NotValid, match="openly"):
        load(None, {**LAB, **SENDER, **USER, "FEDIVERSE_NODE_MAIL__TLS": "none"})
