"""The web client that an operator installed, and what keeps it from people's own pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from fediverse_node.cli.main import main
from tests.fixtures.nodes import LiveNode, running_node

pytestmark = pytest.mark.one_engine
PAGE = (
    '<!doctype html><script>start()</script><script type="module" src="./assets/index-BkDnPu3x.js"></script>'
)


def built(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "index-BkDnPu3x.js").write_text("start = () => 1")
    return folder


async def test_what_the_operator_installs_people_find_at_app(database_url: str, tmp_path: Path) -> None:
    place = tmp_path / "client"
    settings = {
        "FEDIVERSE_NODE_SERVER__CLIENT_FOLDER": str(place),
        "FEDIVERSE_NODE_FEDERATION__ALLOW_HTTP": "true",
    }
    async with running_node(database_url, settings=settings) as node:
        async with node.http.get("/app/") as answer:
            assert answer.status == 404
        added = CliRunner().invoke(main, ["client", "add", str(built(tmp_path))], env=settings)
        assert (added.exit_code, added.stdout) == (0, "http://127.0.0.1:8080/app/\n"), added.output

        async with node.http.get("/app", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, "/app/")
        for path in ("/app/", "/app/settings/profile"):
            async with node.http.get(path) as answer:
                assert (answer.status, await answer.text()) == (200, PAGE)
                policy = answer.headers["Content-Security-Policy"]
                assert "script-src 'self' 'wasm-unsafe-eval' 'sha256-" in policy
                assert "frame-ancestors 'none'" in policy
                assert answer.headers["Content-Usage"] == "train-ai=n"
        async with node.http.get("/app/assets/index-BkDnPu3x.js") as answer:
            assert (answer.status, answer.content_type) == (200, "text/javascript")
            assert "immutable" in answer.headers["Cache-Control"]
        for path in ("/app/assets/other.js", "/app/%2e%2e/dist/index.html", "/app/..%2fdist/index.html"):
            async with node.http.get(path) as answer:
                assert answer.status == 404, path

        removed = CliRunner().invoke(main, ["client", "remove"], env=settings)
        assert removed.exit_code == 0
        assert CliRunner().invoke(main, ["client", "remove"], env=settings).exit_code == 1
        assert "None is installed" in CliRunner().invoke(main, ["client", "show"], env=settings).stdout
        async with node.http.get("/app/") as answer:
            assert answer.status == 404


@pytest.mark.parametrize("path", ["/login", "/settings"])
async def test_a_page_with_a_form_of_somebodys_is_given_to_no_script(alpha: LiveNode, path: str) -> None:
    for dest, status in (("document", 200), ("empty", 403), ("iframe", 403), ("script", 403)):
        headers = {"Sec-Fetch-Dest": dest, "Sec-Fetch-Site": "same-origin"}
        async with alpha.http.get(path, headers=headers) as answer:
            assert answer.status == status, dest
            assert ("form_token" in await answer.text()) <= (status == 200)
