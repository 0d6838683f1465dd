"""What a crawler reads in robots.txt (RFC 9309) with the lines that AIPREF and Content Signals added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.readers import aipref
from tests.readers.aipref import Answer

#: More than this nobody has to read (RFC 9309, 2.5).
MAX_BYTES = 500 * 1024
Rule = tuple[str, str]


@dataclass
class Group:
    agents: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    usage: list[Rule] = field(default_factory=list)
    signals: dict[str, str] = field(default_factory=dict)


def groups(text: str) -> list[Group]:
    found: list[Group] = []
    open_ = False
    for line in text.encode()[:MAX_BYTES].decode(errors="ignore").splitlines():
        name, colon, value = line.partition("#")[0].strip().partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon:
            continue
        if name == "user-agent":
            if not open_:
                found.append(Group())
            found[-1].agents.append(value.lower())
            open_ = True
            continue
        open_ = False
        if found:
            _note(found[-1], name, value)
    return found


def group_for(text: str, agent: str) -> Group:
    """The group of *agent*, or the one for everybody."""
    found = groups(text)
    for wanted in (agent.lower(), "*"):
        for group in found:
            if wanted in group.agents:
                return group
    return Group()


def may_fetch(text: str, agent: str, path: str) -> bool:
    """The longest rule that matches wins, and "allow" of two that are as long."""
    matching = [
        (len(pattern), verb) for verb, pattern in group_for(text, agent).rules if matches(pattern, path)
    ]
    return not matching or min(matching, key=lambda each: (-each[0], each[1]))[1] == "allow"


def training(text: str, agent: str, path: str) -> Answer:
    """What is said of training on what is at *path*; of what may not be fetched nothing is said."""
    if not may_fetch(text, agent, path):
        return None
    usage = group_for(text, agent).usage
    matching = [(len(pattern), said) for pattern, said in usage if matches(pattern, path)]
    longest = max((length for length, _ in matching), default=None)
    return aipref.combined(aipref.statement(said) for length, said in matching if length == longest)


def licences(text: str) -> Sequence[str]:
    """The addresses that `License` lines name (RSL 1.0)."""
    return re.findall(r"(?mi)^license:\s*(\S+)", text)


def matches(pattern: str, path: str) -> bool:
    """Whether *path* begins with *pattern*, in which `*` is anything and a last `$` the end."""
    end = pattern.endswith("$")
    parts = [re.escape(part) for part in pattern.removesuffix("$").split("*")]
    return re.match(".*".join(parts) + ("$" if end else ""), path) is not None


def _note(group: Group, name: str, value: str) -> None:
    if name in {"allow", "disallow"} and value:
        group.rules.append((name, value))
    elif name == "content-usage":
        path, blank, rest = value.partition(" ")
        group.usage.append((path, rest.strip()) if blank and path.startswith("/") else ("", value))
    elif name == "content-signal":
        for part in value.split(","):
            signal, _, said = part.strip().partition("=")
            group.signals[signal] = said
