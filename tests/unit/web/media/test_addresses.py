from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from fediverse_node.config.sections import Config, DatabaseConfig, Media
from fediverse_node.media.copies import Copies
from fediverse_node.media.signing import Signer
from fediverse_node.web.media.addresses import ReadersAddresses, budget_of, folder_of

THERE = "https://there.example/a.png"


def addresses(*, hopeless: bool = False, media: str = "https://here.example") -> ReadersAddresses:
    copies = SimpleNamespace(signer=Signer("00"), is_hopeless=lambda owner, url: hopeless)
    return ReadersAddresses("https://here.example", cast("Copies", copies), media)


def test_files_of_others_are_offered_from_here_or_from_the_media_origin() -> None:
    path = Signer("00").path("p1", THERE)
    assert addresses().shown(THERE, "p1") == addresses().copy_of(THERE, "p1") == f"https://here.example{path}"
    apart = addresses(media="https://media.example")
    assert apart.shown(THERE, "p1") == f"https://media.example{path}"


def test_our_own_files_keep_their_address() -> None:
    own = "https://here.example/emoji/files/1.png"
    assert addresses().shown(own, "e") == addresses().copy_of(own, "e") == own
    near = "https://here.example.evil.example/a.png"
    assert addresses().shown(near, "e") != near


def test_pages_show_nothing_where_there_will_be_no_copy() -> None:
    assert addresses(hopeless=True).shown(THERE, "p1") is None
    assert addresses(hopeless=True).copy_of(THERE, "p1").startswith("https://here.example/media/proxy/")
    assert addresses().shown(None, "e") is None
    assert addresses().shown("javascript:alert(1)", "e") is None


def test_copies_lie_beside_the_database_unless_the_operator_says_where() -> None:
    beside = Config(database=DatabaseConfig(url="sqlite:///elsewhere/node.db"))
    assert folder_of(beside) == Path("elsewhere/media")
    assert folder_of(Config(database=DatabaseConfig(url="postgresql://h/n"))) == Path("data/media")
    assert folder_of(Config(media=Media(folder="/srv/media"))) == Path("/srv/media")
    assert budget_of(Config(media=Media(cache_megabytes=3))) == 3 << 20
