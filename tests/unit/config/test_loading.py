from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from fediverse_node.config.loading import load
from fediverse_node.config.sections import Config
from fediverse_node.kernel.errors import NotValid

ROOT = Path(__file__).parents[3]
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


# Secrets


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
