"""What an operator can set. Parsed once; values, not globals.

Precedence: default < file < environment (`FEDIVERSE_NODE_SECTION__KEY`). A secret may be given as a
file (`api_key_file`). Unknown keys are errors with a suggestion, and lab switches are refused for an
https origin: a node on the internet must not be able to reach into its operator's network by mistake.
"""

from __future__ import annotations

import base64
import difflib
import ipaddress
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import authority_of, origin_of, split_http
from fediverse_node.signatures import cosignatures, notes
from fediverse_node.signatures.notes import NoteKey

PREFIX = "FEDIVERSE_NODE_"
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
#: Crawlers and tokens that gather text for training. Not those that fetch one page for a person.
TRAINING_AGENTS = (
    "AI2Bot", "Ai2Bot-Dolma", "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot",
    "ClaudeBot", "cohere-training-data-crawler", "Diffbot", "FacebookBot", "Google-Extended", "GPTBot",
    "ICC-Crawler", "img2dataset", "LAIONDownloader", "meta-externalagent", "omgili", "PanguBot",
    "SemrushBot-OCOB", "Timpibot", "VelenPublicWebCrawler", "Webzio-Extended",
)  # fmt: skip
#: What may stand in a file of its own, which `…_file` names.
_SECRET_KEYS = (("assist", "api_key"), ("database", "url"), ("secrets", "key"), ("secrets", "previous_key"))
_SEALING_KEY_BYTES = 32
_AGENT = re.compile(r"[A-Za-z0-9_.-]{1,100}")


class Instance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who this server is to the world."""

    origin: str = "http://127.0.0.1:8080"
    name: str = "fediverse-node"
    description: str = "A small social server."
    languages: list[str] = msgspec.field(default_factory=lambda: ["en"])
    contact: str = ""


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where it listens."""

    listen: str = "127.0.0.1:8080"
    trusted_proxies: list[str] = msgspec.field(default_factory=list)


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


class Media(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What it keeps of other servers' pictures and files, and what its own people may upload."""

    proxy: bool = True
    cache_megabytes: int = 1024
    folder: str = ""
    origin: str = ""
    uploads_folder: str = ""
    upload_megabytes: Annotated[int, msgspec.Meta(ge=1, le=100)] = 16
    upload_megapixels: Annotated[int, msgspec.Meta(ge=1, le=100)] = 40
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
    media: Media = msgspec.field(default_factory=Media)
    assist: Assist = msgspec.field(default_factory=Assist)
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


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the configuration.

    Args:
        path: the TOML file; None when there is none.
        environ: the environment; only names that begin with `FEDIVERSE_NODE_` and hold `__` are read.

    Raises:
        NotValid: the file cannot be read, a key is unknown, a value is of the wrong kind, or a lab
            switch is on for an https origin. The message names the key.
    """
    values = _read_file(path) if path is not None else {}
    _check_names(values)
    _apply_environment(values, environ)
    _read_secret_files(values)
    try:
        config = msgspec.convert(values, Config, strict=False)
    except msgspec.ValidationError as error:
        raise NotValid(f"Configuration: {error}.") from error
    return _checked(config)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotValid(f"Configuration: {path} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotValid(f"Configuration: {path} is not valid TOML: {error}.") from error


def _sections() -> dict[str, tuple[str, ...]]:
    return {field.name: field.type.__struct_fields__ for field in msgspec.structs.fields(Config)}


def _check_names(values: Mapping[str, Any]) -> None:
    sections = _sections()
    for section, keys in values.items():
        if section not in sections:
            raise NotValid(f"Configuration: there is no section [{section}].{_suggest(section, sections)}")
        if not isinstance(keys, dict):
            raise NotValid(f"Configuration: {section} must be a section, written [{section}].")
        for key in keys:
            if key not in sections[section]:
                near = _suggest(key, sections[section])
                raise NotValid(f"Configuration: [{section}] has no key {key}.{near}")


def _suggest(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean {near[0]}?" if near else f" Known are: {', '.join(known)}."


def _apply_environment(values: dict[str, Any], environ: Mapping[str, str]) -> None:
    for name, text in environ.items():
        section, separator, key = name.removeprefix(PREFIX).lower().partition("__")
        if not name.startswith(PREFIX) or not separator:
            continue
        _check_names({section: {key: text}})
        default = getattr(getattr(Config(), section), key)
        value: Any = (
            [part.strip() for part in text.split(",") if part.strip()] if isinstance(default, list) else text
        )
        values.setdefault(section, {})[key] = value


def _read_secret_files(values: dict[str, Any]) -> None:
    for section, key in _SECRET_KEYS:
        given = values.get(section, {})
        path = given.get(f"{key}_file")
        if not path or given.get(key):
            continue
        try:
            given[key] = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise NotValid(f"Configuration: {section}.{key}_file: {path}: {error.strerror}.") from error


def _checked(config: Config) -> Config:
    try:
        parts = split_http(config.instance.origin.rstrip("/"))
        origin = origin_of(config.instance.origin)
    except NotValid as error:
        raise NotValid("Configuration: instance.origin must look like https://example.org.") from error
    if parts.path or parts.query or parts.fragment:
        raise NotValid("Configuration: instance.origin is scheme, host and port only, without a path.")
    _check_networks("federation.allow_private_networks", config.federation.allow_private_networks)
    _check_networks("server.trusted_proxies", config.server.trusted_proxies)
    _check_words(config)
    _check_metrics(config.metrics)
    _check_media(config)
    _check_secrets(config.secrets)
    if parts.scheme == "https":
        _refuse_lab_switches(config)
    elif not config.federation.allow_http:
        raise NotValid(
            f"Configuration: instance.origin is {origin}, without TLS. Other servers accept https only. "
            "For a lab on one machine set federation.allow_http = true."
        )
    return msgspec.structs.replace(config, instance=msgspec.structs.replace(config.instance, origin=origin))


def _check_networks(name: str, networks: list[str]) -> None:
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise NotValid(f"Configuration: {name}: {network} is no network such as 10.0.0.0/8.") from error


def _check_words(config: Config) -> None:
    if config.log.level not in LOG_LEVELS or config.log.format not in LOG_FORMATS:
        raise NotValid("Configuration: log.level is debug, info, warning or error; log.format text or json.")
    host, _, port = config.server.listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise NotValid("Configuration: server.listen must look like 127.0.0.1:8080.")
    for agent in config.robots.training_agents:
        # The name is written into robots.txt: a line end in it would write rules of its own.
        if not _AGENT.fullmatch(agent):
            raise NotValid(f"Configuration: robots.training_agents: {agent!r} is no name such as GPTBot.")


def _check_secrets(secrets: Secrets) -> None:
    if secrets.previous_key and not secrets.key:
        raise NotValid("Configuration: secrets.previous_key is given, and no secrets.key to take its place.")
    secrets.sealing_keys()


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


def _check_media(config: Config) -> None:
    if config.media.cache_megabytes < 1:
        raise NotValid("Configuration: media.cache_megabytes is 1 or more; media.proxy = false keeps none.")
    if not config.media.origin:
        return
    try:
        origin = origin_of(config.media.origin)
    except NotValid:
        origin = ""
    if origin != config.media.origin:
        raise NotValid("Configuration: media.origin must look like https://media.example.org.")


def _check_metrics(metrics: Metrics) -> None:
    """Figures are for whoever runs the server: nobody else gets to the listener by an oversight."""
    if not metrics.listen:
        return
    host, _, port = metrics.listen.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise NotValid("Configuration: metrics.listen must look like 127.0.0.1:9090.")
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host.strip("[]"))
    except ValueError as error:
        raise NotValid(f"Configuration: metrics.listen: {host} is no address such as 127.0.0.1.") from error
    private = address.is_loopback or (address.is_private and not address.is_unspecified)
    if not private and not metrics.allow_public:
        raise NotValid(
            f"Configuration: metrics.listen is {metrics.listen}, which others can reach. Choose a loopback "
            "or private address, or set metrics.allow_public = true where a firewall keeps them out."
        )


def _refuse_lab_switches(config: Config) -> None:
    lab = {
        "federation.allow_http": config.federation.allow_http,
        "federation.allow_private_networks": bool(config.federation.allow_private_networks),
        "limits.rate_limits = false": not config.limits.rate_limits,
    }
    for name, on in lab.items():
        if on:
            raise NotValid(
                f"Configuration: {name} is a switch for labs, and instance.origin is https. "
                "On the internet it would open the server to attack. Remove it, or use an http origin."
            )
