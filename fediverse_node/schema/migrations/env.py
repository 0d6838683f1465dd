"""How Alembic reaches the database: over the connection that `schema.migrate` opened and locked."""

from typing import Any, Literal

from alembic import context

from fediverse_node.schema import metadata
from fediverse_node.storage.base import Json, Moment


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our column types as what they are in the database: a migration must not follow the code."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, Json):
        return "sa.Text()"
    return False


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """Look at what the metadata knows of: the index of posts is its engine's affair."""
    return not (kind == "table" and name is not None and name.startswith("search_index"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    compare_server_default=False,
    render_as_batch=True,
    render_item=render_item,
    include_name=include_name,
    transaction_per_migration=False,
)
context.run_migrations()
