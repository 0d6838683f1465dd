"""What the operator sees of copies, and does away with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from click.testing import CliRunner

from fediverse_node.cli.main import main
from fediverse_node.cli.media import _status
from fediverse_node.media.model import EMOJI
from fediverse_node.web.control.routes import OPERATIONS
from tests.doors.media.conftest import PNG, Gallery, opened


async def do(gallery: Gallery, operation: str, **arguments: Any) -> dict[str, Any]:
    return await OPERATIONS[operation](gallery.node.node, arguments, lambda _: None)


async def test_copies_are_counted_and_deleted_by_host(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, tmp_path) as gallery:
        addresses = [gallery.address(EMOJI, gallery.offer(f"/{name}.png")) for name in "ab"]
        assert [(await gallery.look(each)).status for each in addresses] == [200, 200]
        found = await do(gallery, "media.status")
        host = {"host": gallery.there.domain, "files": 2, "bytes": 2 * len(PNG)}
        assert (found["files"], found["bytes"], found["hosts"]) == (2, 2 * len(PNG), [host])
        assert gallery.there.domain in _status(found)
        assert await do(gallery, "media.clear", host="other.example") == {"files": 0, "bytes": 0}
        gone = {"files": 2, "bytes": 2 * len(PNG)}
        assert await do(gallery, "media.clear", host=gallery.there.domain) == gone
        assert gallery.files() == []
        assert (await gallery.look(addresses[0])).status == 200
        assert (await do(gallery, "media.clear", host=None))["files"] == 1
        assert (await do(gallery, "media.status"))["bytes"] == 0


def test_a_status_says_what_stands_in_the_way() -> None:
    found = {"files": 0, "bytes": 0, "budget": 1 << 20, "folder": "f", "proxy": False, "has_room": False}
    assert _status({**found, "hosts": []}).count("\n") == 2
    assert CliRunner().invoke(main, ["media", "--help"]).exit_code == 0
