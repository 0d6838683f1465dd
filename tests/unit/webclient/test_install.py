from __future__ import annotations

import contextlib
import stat
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.webclient import install

PAGE = '<!doctype html><script type="module" src="/app/assets/index.js"></script><a href="/login">in</a>'
Make = Callable[[Path, Mapping[str, str]], Path]
FILES = {"index.html": PAGE, "assets/index.js": "1", "assets/style.css": "2"}


def folder(tmp_path: Path, files: Mapping[str, str] = FILES) -> Path:
    for name, text in files.items():
        path = tmp_path / "built" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "built"


def zipped(tmp_path: Path, files: Mapping[str, str] = FILES) -> Path:
    path = tmp_path / "client.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def names(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}


@pytest.mark.parametrize("make", [folder, zipped])
@pytest.mark.parametrize("top", ["", "phanpy-dist/"])
def test_a_client_is_installed_whole_and_taken_away(tmp_path: Path, make: Make, top: str) -> None:
    source = make(tmp_path, {f"{top}{name}": text for name, text in FILES.items()})
    place = tmp_path / "data" / "client"

    assert install.install(source, place) == install.Installed(files=3, size=len(PAGE) + 2)

    assert names(place) == set(FILES)
    assert stat.S_IMODE(place.stat().st_mode) == 0o755
    assert install.remove(place)
    assert (install.remove(place), install.describe(place)) == (False, None)
    assert list(place.parent.iterdir()) == []


def test_another_one_takes_its_place(tmp_path: Path) -> None:
    place = tmp_path / "client"
    install.install(folder(tmp_path), place)
    install.install(zipped(tmp_path, {"index.html": PAGE, "new.js": ""}), place)
    assert names(place) == {"index.html", "new.js"}
    assert {path.name for path in tmp_path.iterdir()} == {"built", "client", "client.zip"}


@pytest.mark.parametrize("address", ["/assets/index.js", "/app.js", '"/x.css'])
def test_one_that_is_built_for_the_root_is_refused_and_what_was_there_stays(
    tmp_path: Path, address: str
) -> None:
    place = tmp_path / "client"
    install.install(folder(tmp_path), place)
    quoted = address if address.startswith('"') else f'"{address}'
    wrong = zipped(tmp_path, {"index.html": f'<link rel="stylesheet" href={quoted}">'})

    with pytest.raises(NotValid, match="--base=/app/"):
        install.install(wrong, place)

    assert names(place) == set(FILES)


def test_what_is_no_client_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "client"
    with pytest.raises(NotFound):
        install.install(tmp_path / "nothing", place)
    with pytest.raises(NotValid, match=r"no index\.html"):
        install.install(folder(tmp_path, {"readme.txt": "x"}), place)
    (tmp_path / "other").write_bytes(b"PK\x03\x04 but no more")
    with pytest.raises(NotValid, match="zip"):
        install.install(tmp_path / "other", place)
    assert not place.exists()


def test_nothing_is_written_or_read_outside_of_it(tmp_path: Path) -> None:  # WEB-21
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    source = folder(tmp_path)
    (source / "link.txt").symlink_to(secret)
    (source / ".env").write_text("hidden")
    install.install(source, tmp_path / "client")
    assert names(tmp_path / "client") == set(FILES)

    for name in ("../evil.txt", "/evil.txt", "a/../../evil.txt"):
        with contextlib.suppress(NotValid):
            install.install(zipped(tmp_path, {**FILES, name: "x"}), tmp_path / "client")
        assert not (tmp_path / "evil.txt").exists()
        assert not Path("/evil.txt").exists()


def test_one_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "client"
    size = sum(map(len, FILES.values()))
    monkeypatch.setattr(install, "MOST_BYTES", size)
    install.install(zipped(tmp_path), place)
    monkeypatch.setattr(install, "MOST_BYTES", size - 1)
    with pytest.raises(NotValid, match="too large"):
        install.install(zipped(tmp_path), place)
