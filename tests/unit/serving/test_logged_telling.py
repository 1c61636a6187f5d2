"""What people are told, as long as the log of the process carries it."""

from __future__ import annotations

import logging

import pytest

from router.deadlines.notices import AskedCustomer, ChangedProcess, Notice, ReachedDate
from router.deadlines.recipients import Recipients
from router.model.digests import DigestEntry, DigestKind, MadeDigest
from router.model.events import Digested
from router.process.definition.processes import Process, Stage
from router.process.revisions.differences import differences
from serving.logged_telling import LoggedTelling

BEFORE = Process("sales", frozenset(), (Stage("new"), Stage("won")), revision=1)
AFTER = Process("sales", frozenset(), (Stage("new", required=("budget",)), Stage("lost")), revision=2)


async def test_each_notice_is_a_line_with_who_is_told_and_a_publication_says_what_changed_in_both_languages(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = MadeDigest("mo", DigestKind.TOMORROW, 0, 3, (DigestEntry("crm~L-1", "new", "call", 0),))
    told = Recipients(("ann", "mo"))
    notices = [
        Notice(5, 0, told, ChangedProcess(AFTER, differences(BEFORE, AFTER), BEFORE)),
        Notice(6, 0, told, ChangedProcess(BEFORE, differences(None, BEFORE), None)),
        Notice(7, 0, Recipients(()), ReachedDate("crm~L-1", 1)),
        Notice(8, 0, Recipients(("mo",)), Digested(8, made, 1, 0, 0, 0)),
        Notice(9, 0, Recipients(()), AskedCustomer("crm~T-1", "csat", "C-88")),
    ]
    caplog.set_level(logging.INFO)

    for notice in notices:
        await LoggedTelling().tell("acme", notice)

    changed = 'Process sales, revision 2: stage new: added "requires budget"; stage lost is new; stage won is no more.'
    assert caplog.messages == [
        f"tenants/acme: event 5 tells ann, mo: {changed}"
        " 流程 sales 第 2 版：阶段 new：新增“必填：budget”；新增阶段 lost；取消阶段 won。",
        "tenants/acme: event 6 tells ann, mo: Process sales, revision 1, is new. Its stages: new, won."
        " 新流程 sales（第 1 版），阶段：new、won。",
        "tenants/acme: event 7 tells nobody: crm~L-1, next date, step 1",
        "tenants/acme: event 8 tells mo: list tomorrow of mo, crm~L-1 and 2 more",
        "tenants/acme: event 9 tells whoever asks customers: crm~T-1, its customer is to be asked for csat",
    ]
