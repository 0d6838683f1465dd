from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from fediverse_node.config import Config, load
from fediverse_node.kernel.errors import NotValid

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.toml"
ONLINE = '[instance]\norigin = "https://example.org"\n'
LAB = '[instance]\norigin = "http://127.0.0.1:8080"\n'


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


# The example and the reference


def test_the_example_shows_every_key_with_its_default() -> None:
    assert tomllib.loads(EXAMPLE.read_text()) == msgspec.to_builtins(Config())


def test_every_key_of_the_example_has_a_line_of_meaning() -> None:
    before = ""
    for line in EXAMPLE.read_text().splitlines():
        if re.match(r"\w+ =", line):
            assert before.startswith("#") or re.match(r"\w+ =", before), line
        before = line


def test_the_reference_names_every_key_with_its_default() -> None:
    reference = (ROOT / "docs" / "reference" / "config.md").read_text()
    for section, keys in tomllib.loads(EXAMPLE.read_text()).items():
        assert f"## `[{section}]`" in reference
        for key in keys:
            written = re.search(rf"^{key} = (.*)$", EXAMPLE.read_text(), re.MULTILINE)
            assert written is not None
            assert f"| `{key}` | `{written[1]}` |" in reference, (section, key)


# Precedence


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(tmp_path: Path) -> None:
    path = write(tmp_path, ONLINE + 'name = "from the file"\ndescription = "from the file"\n')

    config = load(path, {"FEDIVERSE_NODE_INSTANCE__NAME": "from the environment"})

    assert config.instance.name == "from the environment"
    assert config.instance.description == "from the file"
    assert config.instance.contact == ""


def test_the_environment_alone_is_enough_and_speaks_lists_numbers_and_booleans() -> None:
    config = load(
        None,
        {
            "FEDIVERSE_NODE_INSTANCE__ORIGIN": "https://example.org",
            "FEDIVERSE_NODE_INSTANCE__LANGUAGES": "ar, en",
            "FEDIVERSE_NODE_LIMITS__POST_CHARACTERS": "500",
            "FEDIVERSE_NODE_FEDERATION__ENABLED": "false",
            "FEDIVERSE_NODE_CONFIG": "is no key",
            "PATH": "/bin",
        },
    )

    assert config.instance.languages == ["ar", "en"]
    assert config.limits.post_characters == 500
    assert config.federation.enabled is False


# What is refused, and what it is told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[instnace]\n", "Did you mean instance"),
        (ONLINE + 'nmae = "x"\n', "Did you mean name"),
        ("name = 1\n", "There is no section".lower()),
        (ONLINE + "languages = 1\n", "languages"),
        ("[instance\n", "not valid TOML"),
        ('[instance]\norigin = "example.org"\n', "https://example.org"),
        ('[instance]\norigin = "https://example.org/path"\n', "without a path"),
        ('[instance]\norigin = "https://user@example.org"\n', "https://example.org"),
        (ONLINE + '[server]\nlisten = "8080"\n', "server.listen"),
        (ONLINE + '[server]\ntrusted_proxies = ["proxy"]\n', "server.trusted_proxies"),
        (ONLINE + '[log]\nlevel = "loud"\n', "log.level"),
        (LAB, "allow_http"),
    ],
)
def test_what_is_wrong_is_refused_with_the_key_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(NotValid, match=r"^Configuration: ") as refused:
        load(write(tmp_path, text), {})

    assert words in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotValid, match=r"absent\.toml"):
        load(tmp_path / "absent.toml", {})


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


# Secrets and the origin


def test_a_secret_may_stand_in_a_file_and_never_shows(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("sk-secret\n")

    config = load(write(tmp_path, ONLINE + f'[assist]\napi_key_file = "{secret}"\n'), {})

    assert config.assist.api_key == "sk-secret"
    assert "sk-secret" not in repr(config)


def test_sealing_keys_are_32_bytes_in_base64(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("MTIzNDU2NzgxMjM0NTY3ODEyMzQ1Njc4MTIzNDU2Nzg=\n")
    given = ONLINE + f'[secrets]\nkey_file = "{secret}"\n'

    config = load(write(tmp_path, given), {})

    assert config.secrets.sealing_keys() == [b"12345678" * 4]
    assert "MTIz" not in repr(config)
    assert load(write(tmp_path, ONLINE), {}).secrets.sealing_keys() == []
    for wrong in ('key = "short"', 'key = "MTIz"', f'previous_key = "{secret.read_text().strip()}"'):
        with pytest.raises(NotValid, match="secrets"):
            load(write(tmp_path, ONLINE + f"[secrets]\n{wrong}\n"), {})


def test_a_secret_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotValid, match="api_key_file"):
        load(write(tmp_path, ONLINE + '[assist]\napi_key_file = "/nowhere"\n'), {})


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
