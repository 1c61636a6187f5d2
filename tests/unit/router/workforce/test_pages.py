"""A page of reps, pools or territories names where to go on, where there is more."""

from __future__ import annotations

import pytest

from router.model.workforce import Rep
from router.workforce.edits import Edit
from router.workforce.service import WorkforceService
from tests.twins.store import MemoryStore


def hiring(rep: str) -> Edit:
    return Edit("rep", rep, lambda _: Rep(rep), create=True)


@pytest.mark.parametrize(
    ("after", "count", "reps", "go_on_behind"),
    [
        ("", 2, ["ann", "bo"], "bo"),
        ("bo", 2, ["cy", "di"], ""),
        ("bo", 1, ["cy"], "cy"),
        ("", 4, ["ann", "bo", "cy", "di"], ""),
        ("di", 2, [], ""),
    ],
)
async def test_a_page_goes_on_behind_its_last_where_there_are_more(
    after: str, count: int, reps: list[str], go_on_behind: str
) -> None:
    store = MemoryStore(lambda: 0)
    workforce = WorkforceService(store, store)
    for rep in ("cy", "ann", "di", "bo"):
        await workforce.save("t", [hiring(rep)])

    page, token = await workforce.page("t", "rep", after=after, count=count)

    assert ([saved.record.id for saved in page], token) == (reps, go_on_behind)
