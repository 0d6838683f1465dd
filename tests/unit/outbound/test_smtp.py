"""Handing letters to a mail server: a real one, on this machine."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from fediverse_node.kernel.errors import NotNow, NotValid
from fediverse_node.outbound.smtp import Mailbox, MailServer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Post:
    """What a mail server does with what comes: `answer` is its last word."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answer = "250 OK"
        self.at_recipient = "250 OK"

    async def handle_RCPT(  # noqa: N802 aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 as above
        self.recipients += envelope.rcpt_tos
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.letters.append(found)
        return self.answer


@asynccontextmanager
async def listening(post: Post, **options: Any) -> AsyncIterator[int]:
    """The port of a mail server on loopback."""
    loop = asyncio.get_running_loop()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = await loop.create_server(
        lambda: SMTP(post, hostname="mail.example", loop=loop, **options), sock=listener
    )
    try:
        yield listener.getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def mailbox(port: int, **changes: Any) -> Mailbox:
    usual: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "sender": "node@here.example",
        "name": 'A "quiet"\r\nBcc: evil@there.example server',
    }
    return Mailbox(MailServer(**{**usual, **changes}), lambda: NOW)


async def test_a_letter_arrives_as_plain_text_from_the_server_alone() -> None:
    post = Post()
    async with listening(post) as port:
        await mailbox(port).send("carol@mail.example", "Grüße: 漢字", "Ein Brief.\n.\n漢字\n")
    [letter] = post.letters
    assert post.recipients == ["carol@mail.example"]
    assert (letter["To"], letter["Subject"]) == ("carol@mail.example", "Grüße: 漢字")
    # WEB-27: what looks like a header in a name is none.
    assert letter["Bcc"] is None
    assert letter["From"].addresses[0].addr_spec == "node@here.example"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].endswith("@here.example>")
    assert letter["Date"].datetime == NOW
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content().replace("\r\n", "\n") == "Ein Brief.\n.\n漢字\n"


@pytest.mark.parametrize("subject", ["One\r\nBcc: all@there.example", "One\nTwo"])
async def test_a_line_end_in_a_subject_is_no_header(subject: str) -> None:
    post = Post()
    async with listening(post) as port:
        with pytest.raises(ValueError, match="linefeed"):
            await mailbox(port).send("carol@mail.example", subject, "")
    assert post.letters == []


@pytest.mark.parametrize(
    ("place", "answer", "expected"),
    [
        ("answer", "451 Try later", NotNow),
        ("answer", "554 No", NotValid),
        ("at_recipient", "450 Busy", NotNow),
        ("at_recipient", "550 Unknown", NotValid),
    ],
)
async def test_later_and_never_are_told_apart(place: str, answer: str, expected: type[Exception]) -> None:
    post = Post()
    setattr(post, place, answer)
    async with listening(post) as port:
        with pytest.raises(expected):
            await mailbox(port).send("carol@mail.example", "One", "")


async def test_a_server_that_is_away_or_offers_no_tls_is_tried_again() -> None:
    post = Post()
    async with listening(post) as port:
        # Without TLS nothing is sent that asked for it.
        with pytest.raises(NotNow):
            await mailbox(port, tls="starttls").send("carol@mail.example", "One", "")
    with pytest.raises(NotNow):
        await mailbox(port).send("carol@mail.example", "One", "")
    assert post.letters == []


# The mail server of the test says that it should ask for TLS.
@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize(("password", "arrives"), [("right", True), ("wrong", False)])
async def test_who_hands_in_shows_who_they_are(password: str, *, arrives: bool) -> None:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        right = (data.login, data.password) == (b"node", b"right")
        return AuthResult(success=right, handled=False)

    post = Post()
    async with listening(post, authenticator=check, auth_required=True, auth_require_tls=False) as port:
        sending = mailbox(port, user="node", password=password).send("carol@mail.example", "One", "")
        if arrives:
            await sending
        else:
            with pytest.raises(NotNow):
                await sending
    assert len(post.letters) == arrives


def test_the_password_is_not_shown() -> None:
    server = MailServer(
        host="mail.example",
        port=25,
        tls="none",
        user="node",
        password="hidden",
        sender="a@b.example",
        name="",
    )
    assert "hidden" not in repr(server)
