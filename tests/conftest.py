"""What every test may use, and the rules every test keeps. CONTRIBUTING.md explains the layout."""

from __future__ import annotations

import gc
import os
import shutil
import sys

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.fixtures.network", "tests.fixtures.databases", "tests.fixtures.rooms"]

# No deadlines: a busy machine is not a failure. On CI the same examples are tried each time, so a
# red run can be looked into; at a desk each run tries new ones.
_patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", _patient, derandomize=True, database=None, print_blob=True)
settings.register_profile("dev", _patient)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

# Nearly all that is made while modules are loaded stays: looking for garbage in it is looking for nothing.
gc.disable()

# Many tests start programs of ours. Where nothing may be written down, each compiles every module anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# No test trusts what this machine trusts: reading its certificate authorities takes 50 ms, for each node that
# goes out and each process that is started. OpenSSL looks here instead, and finds none.
os.environ["SSL_CERT_FILE"] = os.environ["SSL_CERT_DIR"] = os.devnull

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_browser() -> str | None:
    """The path of a Chromium on this machine."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def pytest_collection_finish() -> None:
    """Search for garbage among what the tests make only, and less often: it took a quarter of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    gc.enable()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip tests marked `browser` where there is none."""
    if item.get_closest_marker("browser") and find_browser() is None:
        pytest.skip("no Chromium on the PATH")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, on PostgreSQL, what no engine can make a difference to: it has run on SQLite."""
    if os.environ.get("FEDIVERSE_NODE_TEST_DATABASE", "sqlite") == "sqlite":
        return
    apart = {
        item
        for item in items
        if "databases" not in getattr(item, "fixturenames", ()) or item.get_closest_marker("one_engine")
    }
    config.hook.pytest_deselected(items=list(apart))
    items[:] = [item for item in items if item not in apart]


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The path of Chromium, for tests marked `browser`."""
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium on the PATH")
    return path
