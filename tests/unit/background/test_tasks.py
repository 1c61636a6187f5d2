"""One task for each of what there is to do it for; they end together, also one that swallows its cancellation."""

from __future__ import annotations

import asyncio
import gc

import pytest

from background.tasks import Tasks, share


async def test_what_has_ended_is_not_running_any_more() -> None:
    tasks, goes_on = Tasks[str](), asyncio.Event()

    async def short() -> None:
        goes_on.set()

    async def endless() -> None:
        await asyncio.Event().wait()

    tasks.begin("short", short())
    tasks.begin("endless", endless())
    assert tasks.running() == {"short", "endless"}
    with pytest.raises(RuntimeError, match="endless is under way"):
        tasks.begin("endless", endless())
    await goes_on.wait()
    await asyncio.sleep(0)

    assert tasks.running() == {"endless"}
    await tasks.end()
    assert tasks.running() == set()


async def test_one_that_swallows_its_cancellation_is_told_to_end_beside() -> None:
    tasks, began, looks = Tasks[int](), asyncio.Event(), list[bool]()

    async def stubborn() -> None:
        while not tasks.stopping:
            looks.append(tasks.stopping)
            began.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue

    tasks.begin(1, stubborn())
    await began.wait()
    await tasks.end()

    assert looks == [False]


async def test_what_one_ends_with_is_no_matter_of_the_others() -> None:
    tasks = Tasks[int]()

    async def failing() -> None:
        raise ZeroDivisionError

    tasks.begin(1, failing())
    await asyncio.sleep(0)

    await tasks.end()

    assert tasks.running() == set()


@pytest.mark.parametrize("shared", [True, False])
async def test_what_a_shared_question_ends_with_is_not_logged_where_nobody_waits_any_more(
    caplog: pytest.LogCaptureFixture, shared: bool
) -> None:
    async def ask() -> None:
        raise ConnectionError("the store does not answer")

    question = asyncio.create_task(ask())
    if shared:
        share(question)
    await asyncio.wait([question])
    del question

    gc.collect()
    assert ("never retrieved" in caplog.text) is not shared
