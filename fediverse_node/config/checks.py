"""Refuses values that cannot be meant.

Lab switches are refused for an https origin: a node on the internet must not be able to reach into its
operator's network by mistake.
"""

from __future__ import annotations

import ipaddress
import re

import msgspec

from fediverse_node.config.sections import Config, Mail, Metrics, Secrets
from fediverse_node.kernel.email import check_address
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import origin_of, split_http

LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
_AGENT = re.compile(r"[A-Za-z0-9_.-]{1,100}")


def checked(config: Config) -> Config:
    """The configuration with its origin in canonical form.

    Raises:
        NotValid: a value cannot be meant, or a lab switch is on for an https origin. The message
            names the key.
    """
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
    _check_mail(config.mail)
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


def _check_mail(mail: Mail) -> None:
    if not mail.host:
        return
    try:
        check_address(mail.sender)
    except NotValid as error:
        raise NotValid("Configuration: mail.sender must be an address such as node@example.org.") from error
    if mail.user and mail.tls == "none":
        raise NotValid("Configuration: mail.user with mail.tls = none: its password would go openly.")


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
