"""The way to the operator's mail server.

The operator names that one host, so it may also be on a private network, which nothing else may. Names and
texts of strangers never become headers by themselves: messages are made by `email`, which refuses line ends
in them (WEB-27).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Final, Literal

from fediverse_node.kernel.clock import Clock
from fediverse_node.kernel.errors import NotNow, NotValid

#: Seconds for each step of the conversation.
TIMEOUT: Final = 30.0
_RETRY_SECONDS: Final = 60.0
#: Answers from here on are for good (RFC 5321, 4.2.1).
_FOR_GOOD: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in, and from whom it comes.

    Attributes:
        sender: the address that stands in From; name: what stands before it.
    """

    host: str
    port: int
    tls: Literal["starttls", "implicit", "none"]
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str
    name: str
    ca_file: str = ""


class Mailbox:
    """Hands letters to one mail server, with a connection for each: there are few of them."""

    def __init__(self, server: MailServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    async def send(self, recipient: str, subject: str, body: str) -> None:
        """Hand over one letter of plain text.

        Raises:
            NotNow: the server cannot be reached, does not let us in, or asks to try again.
            NotValid: it does not take this letter, and will not later.
        """
        import aiosmtplib  # noqa: PLC0415 most nodes send no mail

        server = self._server
        message = self._message(recipient, subject, body)
        try:
            await aiosmtplib.send(
                message,
                sender=server.sender,
                recipients=[recipient],
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password or None,
                use_tls=server.tls == "implicit",
                start_tls=server.tls == "starttls",
                cert_bundle=server.ca_file or None,
                timeout=TIMEOUT,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            raise _failure(max(codes, default=0), "recipient refused") from error
        except aiosmtplib.SMTPDataError as error:
            raise _failure(error.code, "letter refused") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            # A wrong password, too: the operator mends it, and nothing is lost.
            raise _failure(0, type(error).__name__) from error

    def _message(self, recipient: str, subject: str, body: str) -> EmailMessage:
        server, message = self._server, EmailMessage(policy=SMTP)
        message["From"] = f'"{_quotable(server.name)}" <{server.sender}>'
        message["To"] = recipient
        message["Subject"] = subject
        message["Date"] = format_datetime(self._clock())
        message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
        # Nobody's holiday answers (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body, charset="utf-8")
        return message


def _quotable(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable() and letter not in '"\\<>')


def _failure(code: int, what: str) -> NotNow | NotValid:
    if code >= _FOR_GOOD:
        return NotValid("The mail server does not take this letter.", detail=f"{what} ({code})")
    return NotNow("The mail server cannot be used now.", detail=what, retry_after=_RETRY_SECONDS)
