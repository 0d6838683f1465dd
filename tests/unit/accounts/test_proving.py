"""Passwords off the event loop, two at once."""

from __future__ import annotations

import asyncio
import threading

import pytest

from fediverse_node.accounts import passwords, proving
from fediverse_node.accounts.proving import Proving, TooManyAtOnce
from fediverse_node.kernel.errors import NotValid

PASSWORD = "correct horse battery"


async def test_a_password_matches_its_own_hash_only() -> None:
    desk = Proving()
    stored = await desk.hash(PASSWORD)
    assert await desk.matches(PASSWORD, stored)
    assert not await desk.matches(f"{PASSWORD}x", stored)
    with pytest.raises(NotValid, match="12 to 256"):
        await desk.hash("short")


async def test_for_nobody_the_same_work_is_done_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    # OAU-17: the hash that stands in for a missing one costs what any other costs.
    compared: list[str] = []

    def check(_password: str, stored: str) -> bool:
        compared.append(stored)
        return True

    monkeypatch.setattr(passwords, "check_password", check)
    assert not await Proving().matches(PASSWORD, None)
    real = passwords.hash_password(PASSWORD)
    assert compared[0].rpartition("$")[0].rpartition("$")[0] == real.rpartition("$")[0].rpartition("$")[0]
    assert [len(part) for part in compared[0].split("$")] == [len(part) for part in real.split("$")]


async def test_no_more_than_two_are_worked_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    go, working, most = threading.Event(), [0], [0]
    lock = threading.Lock()

    def check(_password: str, _stored: str) -> bool:
        with lock:
            working[0] += 1
            most[0] = max(most[0], working[0])
            if working[0] == proving.AT_ONCE:
                go.set()
        go.wait(60)
        with lock:
            working[0] -= 1
        return True

    monkeypatch.setattr(passwords, "check_password", check)
    desk = Proving()
    async with asyncio.timeout(60):
        assert all(await asyncio.gather(*(desk.matches(PASSWORD, "stored") for _ in range(6))))
    assert most[0] == proving.AT_ONCE == 2


async def test_so_many_wait_and_no_more_and_those_who_wait_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # DOS-24
    go = threading.Event()
    monkeypatch.setattr(passwords, "check_password", lambda _password, _stored: go.wait(60))
    desk = Proving()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(desk.matches(PASSWORD, "stored"))
            for _ in range(proving.AT_ONCE + proving.QUEUE)
        ]
        await asyncio.sleep(0)  # each has begun
        with pytest.raises(TooManyAtOnce) as refused:
            await desk.matches(PASSWORD, "stored")
        go.set()
    assert all(task.result() for task in tasks)
    assert (refused.value.retry_after or 0) > 0
    assert await desk.matches(PASSWORD, "stored")
