"""Values the oauth room hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What a bearer token stands for. The token itself is nowhere; only its hash is stored.

    Attributes:
        scopes: as granted: `read`, `write:statuses`, … A plain scope includes its finer ones.
        grant_id: the yes it comes from; None when it was made at the command line.
        client_id: of the app it was given to; None as above.
        last_used_at: to the day (`tokens.TOUCH_EVERY`); None for never since it was made.
    """

    id: int
    account_id: int
    scopes: frozenset[str]
    app_name: str
    created_at: datetime
    grant_id: int | None = None
    client_id: str | None = None
    last_used_at: datetime | None = None

    def allows(self, scope: str) -> bool:
        """Whether this token may do what needs *scope* (`write:statuses` is also granted by `write`)."""
        return scope in self.scopes or scope.partition(":")[0] in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A program that people let act for them.

    Attributes:
        client_id: a name made here, or the address of the document by which it describes itself (FEP-d8c2).
        secret_sha256: None for apps that keep no secret; they have to prove by PKCE who began.
        redirect_uris: where answers may go, letter by letter.
        scopes: all that it may ever ask for.
    """

    id: int
    client_id: str
    secret_sha256: str | None = field(repr=False)
    name: str
    website: str | None
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]

    @property
    def public(self) -> bool:
        """Whether anybody can say that they are this app."""
        return self.secret_sha256 is None

    @property
    def described(self) -> bool:
        """Whether it did not register, but describes itself at an address of its own (FEP-d8c2)."""
        return "://" in self.client_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AppToken:
    """What stands for an app and for nobody else."""

    id: int
    app_id: int
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one person lets one app do.

    Attributes:
        redirect_uri, challenge: of the request that led to it.
        exchanged_at: when the app took its code.
    """

    id: int
    app_id: int
    account_id: int
    scopes: tuple[str, ...]
    redirect_uri: str
    challenge: str | None
    created_at: datetime
    exchanged_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """Tokens, as an app gets them, once. Afterwards only their hashes exist."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    scopes: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What somebody let in, as they see it: an app, or a token made at the command line.

    Attributes:
        kind: `grant` or `token`; with *id*, what `permissions.end` ends.
    """

    kind: str
    id: int
    name: str
    website: str | None
    client_id: str | None
    scopes: tuple[str, ...]
    since: datetime
