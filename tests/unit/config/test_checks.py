from __future__ import annotations

from pathlib import Path

import pytest

from fediverse_node.config.loading import load
from fediverse_node.config.sections import Config
from fediverse_node.kernel.errors import NotValid

ONLINE = '[instance]\norigin = "https://example.org"\n'
LAB = '[instance]\norigin = "http://127.0.0.1:8080"\n'


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "switch",
    [
        "[federation]\nallow_http = true\n",
        '[federation]\nallow_private_networks = ["127.0.0.0/8"]\n',
        "[limits]\nrate_limits = false\n",
    ],
)
def test_a_lab_switch_is_refused_for_https_and_accepted_for_http(tmp_path: Path, switch: str) -> None:
    lab = LAB + (
        switch
        if "allow_http" in switch
        else "[federation]\nallow_http = true\n" + switch.replace("[federation]\n", "")
    )
    load(write(tmp_path, lab), {})

    with pytest.raises(NotValid, match="switch for labs"):
        load(write(tmp_path, ONLINE + switch), {})


@pytest.mark.parametrize(
    ("written", "origin", "domain"),
    [
        ("https://Example.ORG/", "https://example.org", "example.org"),
        ("https://example.org:443", "https://example.org", "example.org"),
        ("https://bücher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("https://example.org:8443", "https://example.org:8443", "example.org:8443"),
    ],
)
def test_the_origin_has_one_form(tmp_path: Path, written: str, origin: str, domain: str) -> None:
    config = load(write(tmp_path, f'[instance]\norigin = "{written}"\n'), {})

    assert (config.origin, config.domain) == (origin, domain)


# The listener for monitoring


@pytest.mark.parametrize("listen", ["127.0.0.1:9090", "[::1]:9090", "localhost:9090", "10.1.2.3:9090", ""])
def test_figures_are_shown_where_only_the_operator_gets(tmp_path: Path, listen: str) -> None:  # ADM-10
    text = f'{ONLINE}[metrics]\nlisten = "{listen}"\n'
    assert load(write(tmp_path, text), {}).metrics.listen == listen


@pytest.mark.parametrize("listen", ["0.0.0.0:9090", "[::]:9090", "93.184.216.34:9090"])
def test_figures_are_not_shown_to_others_by_an_oversight(tmp_path: Path, listen: str) -> None:  # ADM-10
    text = f'{ONLINE}[metrics]\nlisten = "{listen}"\n'
    with pytest.raises(NotValid, match="allow_public"):
        load(write(tmp_path, text), {})
    assert load(write(tmp_path, f"{text}allow_public = true\n"), {}).metrics.listen == listen


@pytest.mark.parametrize("listen", ["9090", "127.0.0.1:", "127.0.0.1:99999", "metrics.example:9090"])
def test_an_address_for_figures_that_cannot_be_listened_on_is_refused(tmp_path: Path, listen: str) -> None:
    with pytest.raises(NotValid, match=r"metrics\.listen"):
        load(write(tmp_path, f'{ONLINE}[metrics]\nlisten = "{listen}"\n'), {})


@pytest.mark.parametrize(
    ("line", "accepted"),
    [
        ('origin = "https://media.example.org"', True),
        ('origin = "https://media.example.org/"', False),
        ('origin = "https://media.example.org/x"', False),
        ('origin = "media.example.org"', False),
        ('origin = "https://media.example.org; script-src *"', False),
        ("cache_megabytes = 1", True),
        ("cache_megabytes = 0", False),
    ],
)
def test_where_copies_are_offered_is_an_origin_and_they_have_some_room(
    tmp_path: Path,
    line: str,
    accepted: bool,  # noqa: FBT001 a column of the table
) -> None:
    path = write(tmp_path, ONLINE + f"[media]\n{line}\n")
    if accepted:
        assert load(path, {}).media != Config().media
    else:
        with pytest.raises(NotValid, match="media"):
            load(path, {})


@pytest.mark.parametrize(
    ("agent", "good"), [("GPTBot", True), ("Ai2Bot-Dolma", True), ("A\\nAllow: /", False), ("", False)]
)
def test_a_crawler_is_named_by_a_name_alone(tmp_path: Path, agent: str, *, good: bool) -> None:
    path = write(tmp_path, f'{ONLINE}[robots]\ntraining_agents = ["{agent}"]\n')
    if good:
        assert load(path, {}).robots.training_agents == [agent]
        return
    with pytest.raises(NotValid, match="training_agents"):
        load(path, {})
