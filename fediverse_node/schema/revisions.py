"""What needs Alembic: moving a database that is open and locked from one revision to another."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from fediverse_node.kernel.errors import NotValid

_SCRIPTS = Path(__file__).parent / "migrations"


def move(connection: sa.Connection, revision: str, *, at: str | None) -> None:
    """Run the migrations from the revision *at*, where the database is, to *revision*.

    Raises:
        NotValid: we do not know *at*.
    """
    config = _config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if at is not None and at not in known:
        raise NotValid(
            f"This database is at revision {at}, which this version does not know. "
            "It was used by a newer version: install that one, or restore the backup made before the upgrade."
        )
    backwards = revision == "base" or revision.startswith("-")
    (command.downgrade if backwards else command.upgrade)(config, revision)


def compare(connection: sa.Connection) -> None:
    """Compare the tables in the code with the database.

    Raises:
        NotValid: they differ; a migration is missing.
    """
    try:
        command.check(_config(connection))
    except CommandError as error:
        raise NotValid(f"The database is not as the code describes it: {error}") from error


def newest() -> str:
    """The newest revision there is a migration for."""
    name = ScriptDirectory(str(_SCRIPTS)).get_current_head()
    assert name is not None
    return name


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
