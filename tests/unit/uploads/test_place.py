from __future__ import annotations

from pathlib import Path

from fediverse_node.config.sections import Config, DatabaseConfig, Instance, Media
from fediverse_node.uploads.place import folder_of

HERE = Instance(origin="https://here.example:8443", name="Here")


def test_pictures_lie_beside_the_database_or_where_the_operator_says() -> None:
    beside = Config(instance=HERE, database=DatabaseConfig(url="sqlite:////srv/node/node.db"))
    elsewhere = Config(instance=HERE, media=Media(uploads_folder="/pictures"))
    away = Config(instance=HERE, database=DatabaseConfig(url="postgresql://db/node"))

    assert folder_of(beside) == Path("/srv/node/uploads/here.example_8443")
    assert folder_of(elsewhere) == Path("/pictures/here.example_8443")
    assert folder_of(away) == Path("data/uploads/here.example_8443")
