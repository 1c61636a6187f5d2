from __future__ import annotations

import json

import pytest

from notifications.attempts import Attempt, Ended
from notifications.channels import ChannelKind
from notifications.messages.vendors.all import VENDORS
from notifications.outbound.client import Answer

DELIVERED, RETRY, REFUSED = Ended.DELIVERED, Ended.RETRY, Ended.REFUSED
JSON_KINDS = {ChannelKind.WECOM: "errcode", ChannelKind.DINGTALK: "errcode", ChannelKind.FEISHU: "code"}


def answered(status: int = 200, retry_after: str = "", **content: object) -> Answer:
    return Answer(status, json.dumps(content).encode(), retry_after)


@pytest.mark.parametrize(
    ("kind", "answer", "attempt"),
    [
        (ChannelKind.WECOM, answered(errcode=0, errmsg="ok"), Attempt(DELIVERED, "0")),
        (ChannelKind.WECOM, answered(errcode=45009), Attempt(RETRY, "CODE_45009", 60)),
        (ChannelKind.WECOM, answered(errcode=93000), Attempt(REFUSED, "CODE_93000")),
        (ChannelKind.WECOM, answered(errcode=-1), Attempt(RETRY, "CODE_-1")),
        (ChannelKind.DINGTALK, answered(errcode=0), Attempt(DELIVERED, "0")),
        (ChannelKind.DINGTALK, answered(errcode=130101), Attempt(RETRY, "CODE_130101", 600)),
        (ChannelKind.DINGTALK, answered(errcode=310000, errmsg="sign not match"), Attempt(REFUSED, "CODE_310000")),
        (ChannelKind.FEISHU, answered(code=0, StatusCode=0), Attempt(DELIVERED, "0")),
        (ChannelKind.FEISHU, answered(StatusCode=0), Attempt(DELIVERED, "0")),
        (ChannelKind.FEISHU, answered(400, code=11232), Attempt(RETRY, "CODE_11232", 60)),
        (ChannelKind.FEISHU, answered(code=19021), Attempt(REFUSED, "CODE_19021")),
        (ChannelKind.FEISHU, answered(code=9499, msg="Bad Request"), Attempt(REFUSED, "CODE_9499")),
        (ChannelKind.FEISHU, answered(code=9499, msg="too many request"), Attempt(RETRY, "CODE_9499", 60)),
        (ChannelKind.SLACK, Answer(200, b"ok"), Attempt(DELIVERED, "HTTP_200")),
        (ChannelKind.SLACK, Answer(404, b"no_service"), Attempt(REFUSED, "NO_SERVICE")),
        (ChannelKind.SLACK, Answer(429, b"rate_limited", "30"), Attempt(RETRY, "RATE_LIMITED", 30)),
        (ChannelKind.SLACK, Answer(500, b"rollup_error"), Attempt(RETRY, "ROLLUP_ERROR")),
        (ChannelKind.SLACK, Answer(400, b"<script>"), Attempt(REFUSED, "HTTP_400")),
        (ChannelKind.TEAMS, Answer(202, b""), Attempt(DELIVERED, "HTTP_202")),
        (ChannelKind.TEAMS, Answer(401, b"{}"), Attempt(REFUSED, "HTTP_401")),
        (ChannelKind.TEAMS, Answer(429, b"", "5"), Attempt(RETRY, "HTTP_429", 5)),
    ],
)
def test_answers_mean_what_the_vendor_says(kind: ChannelKind, answer: Answer, attempt: Attempt) -> None:
    assert VENDORS[kind].read(answer) == attempt


@pytest.mark.parametrize(
    ("kind", "throttled", "refused"),
    [
        (ChannelKind.WECOM, [45009, 45033], [40008, 40035, 40058, 44004, 93000, 93004, 93008]),
        (
            ChannelKind.DINGTALK,
            [90030, 130101, 410100],
            [
                40035, 43004, 300001, 310000, 400013, 400101, 400102, 400105, 400106, 430101, 430102, 430103, 430104,
                460101,
            ],
        ),
        (ChannelKind.FEISHU, [11232, 11233, 99991400], [9499, 19001, 19002, 19021, 19022, 19024]),
    ],
)  # fmt: skip
def test_each_code_that_a_vendor_lists_has_the_message_wait_or_go_elsewhere(
    kind: ChannelKind, throttled: list[int], refused: list[int]
) -> None:
    ended = {
        code: VENDORS[kind].read(Answer(200, json.dumps({JSON_KINDS[kind]: code}).encode()))
        for code in throttled + refused
    }

    assert [code for code in refused if ended[code].ended is not REFUSED] == []
    assert [code for code in throttled if ended[code].ended is not RETRY or not ended[code].retry_after_s] == []


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize("status", [300, 301, 400, 404, 429, 500, 503])
def test_no_other_status_is_taken_for_delivered(kind: ChannelKind, status: int) -> None:
    attempt = VENDORS[kind].read(Answer(status, b"<html>token=secret</html>"))

    assert attempt.ended is (RETRY if status in (429, 500, 503) else REFUSED)
    assert attempt.outcome == f"HTTP_{status}"


@pytest.mark.parametrize("kind", JSON_KINDS)
@pytest.mark.parametrize(
    "body",
    [
        b"", b"ok", b"[]", b"{}", b'{"errcode":"0","code":"0"}', b'{"errcode":true,"code":true}', b"[" * 60_000,
        b'{"errcode":1e99,"code":1e99}', b"\xff\xfe",
    ],
)  # fmt: skip
def test_an_answer_without_a_code_confirms_nothing(kind: ChannelKind, body: bytes) -> None:
    assert VENDORS[kind].read(Answer(200, body)) == Attempt(RETRY, "ANSWER_NOT_UNDERSTOOD")


@pytest.mark.parametrize(("kind", "name"), JSON_KINDS.items())
def test_a_code_that_no_page_lists_is_worth_another_try(kind: ChannelKind, name: str) -> None:
    assert VENDORS[kind].read(Answer(200, json.dumps({name: 777_777}).encode())) == Attempt(RETRY, "CODE_777777")
