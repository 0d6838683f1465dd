from __future__ import annotations

from pathlib import Path

import pytest

from fediverse_node.config.sections import Config, DatabaseConfig, Server
from fediverse_node.webclient.place import file_at, folder_of


@pytest.fixture
def client(tmp_path: Path) -> Path:
    folder = tmp_path / "client"
    (folder / "assets").mkdir(parents=True)
    for name in ("index.html", "assets/a.js", "assets/.hidden.js"):
        (folder / name).write_text(name)
    (tmp_path / "secret.js").write_text("hidden")
    (folder / "assets" / "link.js").symlink_to(tmp_path / "secret.js")
    return folder


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", "index.html"),
        ("index.html", "index.html"),
        ("assets/a.js", "assets/a.js"),
        ("settings/profile", "index.html"),
        ("@alice@example", "index.html"),
        ("assets/b.js", None),
        ("assets/.hidden.js", None),
        ("../secret.js", None),
        ("assets/../../secret.js", None),
        ("assets/link.js", None),
        ("/etc/passwd", None),
        ("a\0b", None),
        ("..\\secret.js", None),
    ],
)
def test_a_path_names_a_file_of_the_client_or_a_place_in_it(
    client: Path, path: str, found: str | None
) -> None:
    assert file_at(client, path) == (None if found is None else client / found)


def test_it_lies_beside_the_database_or_where_the_operator_says(tmp_path: Path) -> None:
    beside = Config(database=DatabaseConfig(url=f"sqlite:///{tmp_path}/node.db"))
    assert folder_of(beside) == tmp_path / "client"
    assert folder_of(Config(database=DatabaseConfig(url="postgresql://x/y"))) == Path("data/client")
    assert folder_of(Config(server=Server(client_folder="/srv/phanpy"))) == Path("/srv/phanpy")
