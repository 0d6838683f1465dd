"""Every setting with its default, section by section as in the file."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

import msgspec

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import authority_of
from fediverse_node.signatures import cosignatures, notes
from fediverse_node.signatures.notes import NoteKey

#: Crawlers and tokens that gather text for training. Not those that fetch one page for a person.
TRAINING_AGENTS = (
    "AI2Bot", "Ai2Bot-Dolma", "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot",
    "ClaudeBot", "cohere-training-data-crawler", "Diffbot", "FacebookBot", "Google-Extended", "GPTBot",
    "ICC-Crawler", "img2dataset", "LAIONDownloader", "meta-externalagent", "omgili", "PanguBot",
    "SemrushBot-OCOB", "Timpibot", "VelenPublicWebCrawler", "Webzio-Extended",
)  # fmt: skip
_SEALING_KEY_BYTES = 32


class Instance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who this server is to the world."""

    origin: str = "http://127.0.0.1:8080"
    name: str = "fediverse-node"
    description: str = "A small social server."
    languages: list[str] = msgspec.field(default_factory=lambda: ["en"])
    contact: str = ""
    rules: list[str] = msgspec.field(default_factory=list)
    privacy_policy: str = ""
    terms_of_service: str = ""
    publish_peers: bool = False


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where it listens."""

    listen: str = "127.0.0.1:8080"
    trusted_proxies: list[str] = msgspec.field(default_factory=list)
    client_folder: str = ""


class DatabaseConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where its state lives."""

    url: str = "sqlite:///data/node.db"
    url_file: str = ""
    least_free_mib: int = 200


class Federation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How it speaks with other servers."""

    enabled: bool = True
    allow_http: bool = False
    allow_private_networks: list[str] = msgspec.field(default_factory=list)
    ca_file: str = ""
    secure_mode: bool = False


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What it refuses for being too much."""

    rate_limits: bool = True
    post_characters: int = 5000


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When what apps were given ends by itself. 0 for never."""

    unused_token_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 365
    unused_app_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 180


class Streaming(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many may listen at the same time to what happens, in each process."""

    connections: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 10_000
    per_person: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 50
    per_address: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 50


class Media(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What it keeps of other servers' pictures and files, and what its own people may upload."""

    proxy: bool = True
    cache_megabytes: int = 1024
    link_previews: bool = True
    folder: str = ""
    origin: str = ""
    uploads_folder: str = ""
    upload_megabytes: Annotated[int, msgspec.Meta(ge=1, le=100)] = 16
    upload_megapixels: Annotated[int, msgspec.Meta(ge=1, le=100)] = 40
    film_megabytes: Annotated[int, msgspec.Meta(ge=0, le=2000)] = 100
    film_seconds: Annotated[int, msgspec.Meta(ge=1, le=7200)] = 600
    account_megabytes: Annotated[int, msgspec.Meta(ge=0)] = 2048
    credentials: bool = False
    credentials_certificate: str = ""
    credentials_key: str = ""


class Assist(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The model provider. Off while `base_url` or `model` is empty."""

    base_url: str = ""
    model: str = ""
    api_key: str = ""
    api_key_file: str = ""
    provider: str = ""
    timeout_seconds: int = 60
    per_hour: int = 20
    per_day: int = 100

    def __repr__(self) -> str:
        """Without the key."""
        return f"Assist(base_url={self.base_url!r}, model={self.model!r}, api_key=…)"


class Robots(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whom robots.txt sends away from what nobody allowed."""

    training_agents: list[str] = msgspec.field(default_factory=lambda: list(TRAINING_AGENTS))


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who may make an account here. Whoever has an invitation may, in every mode."""

    mode: Literal["closed", "approval", "open"] = "closed"
    people_invite: bool = False
    message: str = ""


class Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The mail server that takes e-mail from here. None is sent while `host` is empty."""

    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    user: str = ""
    password: str = ""
    password_file: str = ""
    sender: str = ""

    def __repr__(self) -> str:
        """Without the password."""
        return f"Mail(host={self.host!r}, port={self.port}, password=…)"


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who vouches for the log of decisions, and for whose logs this server does."""

    witnesses: list[str] = msgspec.field(default_factory=list)
    witness_for: list[str] = msgspec.field(default_factory=list)
    remembered: str = ""

    def __post_init__(self) -> None:
        """Read them once."""
        try:
            self.asked()
            self.witnessed()
        except NotValid as error:
            raise NotValid(f"Configuration: consent: {error} A witness is KEY URL.") from error

    def asked(self) -> list[tuple[NoteKey, str]]:
        """The key and the address of each witness."""
        return [cosignatures.read_witness(text) for text in self.witnesses]

    def witnessed(self) -> dict[str, NoteKey]:
        """The keys of the logs that this server is a witness of, by their origin."""
        return {key.name: key for key in map(notes.read_key, self.witness_for)}


class Datasets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whether and how releases of the open dataset are handed out."""

    publish: bool = False
    access: Literal["open", "key", "gated"] = "open"
    renew_after_minutes: Annotated[int, msgspec.Meta(ge=0, le=1320)] = 60
    keep_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] = 0
    streams: Annotated[int, msgspec.Meta(ge=0, le=500)] = 20
    folder: str = ""


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """With what private keys are sealed in the database. Not at all while `key` is empty."""

    key: str = ""
    key_file: str = ""
    previous_key: str = ""
    previous_key_file: str = ""

    def __repr__(self) -> str:
        """Without the keys."""
        return "Secrets(…)"

    def sealing_keys(self) -> list[bytes]:
        """The key, and after it the one that it replaces."""
        return [_sealing_key(text) for text in (self.key, self.previous_key) if text]


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What it writes to standard error."""

    level: str = "info"
    format: str = "text"


class Metrics(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where monitoring reads figures. Off while `listen` is empty."""

    listen: str = ""
    allow_public: bool = False


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole configuration. Sections are named as in the file."""

    instance: Instance = msgspec.field(default_factory=Instance)
    server: Server = msgspec.field(default_factory=Server)
    database: DatabaseConfig = msgspec.field(default_factory=DatabaseConfig)
    federation: Federation = msgspec.field(default_factory=Federation)
    limits: Limits = msgspec.field(default_factory=Limits)
    sign_in: SignIn = msgspec.field(default_factory=SignIn)
    streaming: Streaming = msgspec.field(default_factory=Streaming)
    media: Media = msgspec.field(default_factory=Media)
    assist: Assist = msgspec.field(default_factory=Assist)
    registration: Registration = msgspec.field(default_factory=Registration)
    mail: Mail = msgspec.field(default_factory=Mail)
    robots: Robots = msgspec.field(default_factory=Robots)
    datasets: Datasets = msgspec.field(default_factory=Datasets)
    consent: Consent = msgspec.field(default_factory=Consent)
    secrets: Secrets = msgspec.field(default_factory=Secrets)
    log: Log = msgspec.field(default_factory=Log)
    metrics: Metrics = msgspec.field(default_factory=Metrics)

    @property
    def origin(self) -> str:
        """Scheme, host and port that every id begins with. No slash at the end."""
        return self.instance.origin

    @property
    def domain(self) -> str:
        """The host of our handles: the origin's, with its port where it is not the default."""
        return authority_of(self.instance.origin)


def _sealing_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != _SEALING_KEY_BYTES:
        raise NotValid(
            "Configuration: secrets.key must be 32 bytes in base64. Make one with: openssl rand -base64 32"
        )
    return key
