from __future__ import annotations

import json

import pytest

from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.channels import ChannelKind
from notifications.messages.vendors.all import VENDORS
from notifications.outbound.client import HttpResponse

DELIVERED, RETRY, REFUSED = AttemptStatus.DELIVERED, AttemptStatus.RETRY, AttemptStatus.REFUSED
JSON_KINDS = {ChannelKind.WECOM: "errcode", ChannelKind.DINGTALK: "errcode", ChannelKind.FEISHU: "code"}


def answered(status: int = 200, retry_after: str = "", **content: object) -> HttpResponse:
    return HttpResponse(status, json.dumps(content).encode(), retry_after)


@pytest.mark.parametrize(
    ("kind", "answer", "attempt"),
    [
        (ChannelKind.WECOM, answered(errcode=0, errmsg="ok"), DeliveryAttempt(DELIVERED, "0")),
        (ChannelKind.WECOM, answered(errcode=45009), DeliveryAttempt(RETRY, "CODE_45009", 60)),
        (ChannelKind.WECOM, answered(errcode=93000), DeliveryAttempt(REFUSED, "CODE_93000")),
        (ChannelKind.WECOM, answered(errcode=-1), DeliveryAttempt(RETRY, "CODE_-1")),
        (ChannelKind.DINGTALK, answered(errcode=0), DeliveryAttempt(DELIVERED, "0")),
        (ChannelKind.DINGTALK, answered(errcode=130101), DeliveryAttempt(RETRY, "CODE_130101", 600)),
        (
            ChannelKind.DINGTALK,
            answered(errcode=310000, errmsg="sign not match"),
            DeliveryAttempt(REFUSED, "CODE_310000"),
        ),
        (ChannelKind.FEISHU, answered(code=0, StatusCode=0), DeliveryAttempt(DELIVERED, "0")),
        (ChannelKind.FEISHU, answered(StatusCode=0), DeliveryAttempt(DELIVERED, "0")),
        (ChannelKind.FEISHU, answered(400, code=11232), DeliveryAttempt(RETRY, "CODE_11232", 60)),
        (ChannelKind.FEISHU, answered(code=19021), DeliveryAttempt(REFUSED, "CODE_19021")),
        (ChannelKind.FEISHU, answered(code=9499, msg="Bad Request"), DeliveryAttempt(REFUSED, "CODE_9499")),
        (ChannelKind.FEISHU, answered(code=9499, msg="too many request"), DeliveryAttempt(RETRY, "CODE_9499", 60)),
        (ChannelKind.SLACK, HttpResponse(200, b"ok"), DeliveryAttempt(DELIVERED, "HTTP_200")),
        (ChannelKind.SLACK, HttpResponse(404, b"no_service"), DeliveryAttempt(REFUSED, "NO_SERVICE")),
        (ChannelKind.SLACK, HttpResponse(429, b"rate_limited", "30"), DeliveryAttempt(RETRY, "RATE_LIMITED", 30)),
        (ChannelKind.SLACK, HttpResponse(500, b"rollup_error"), DeliveryAttempt(RETRY, "ROLLUP_ERROR")),
        (ChannelKind.SLACK, HttpResponse(400, b"<script>"), DeliveryAttempt(REFUSED, "HTTP_400")),
        (ChannelKind.TEAMS, HttpResponse(202, b""), DeliveryAttempt(DELIVERED, "HTTP_202")),
        (ChannelKind.TEAMS, HttpResponse(401, b"{}"), DeliveryAttempt(REFUSED, "HTTP_401")),
        (ChannelKind.TEAMS, HttpResponse(429, b"", "5"), DeliveryAttempt(RETRY, "HTTP_429", 5)),
    ],
)
def test_answers_mean_what_the_vendor_says(kind: ChannelKind, answer: HttpResponse, attempt: DeliveryAttempt) -> None:
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
    read = {
        code: VENDORS[kind].read(HttpResponse(200, json.dumps({JSON_KINDS[kind]: code}).encode()))
        for code in throttled + refused
    }

    assert [code for code in refused if read[code].status is not REFUSED] == []
    assert [code for code in throttled if read[code].status is not RETRY or not read[code].retry_after_s] == []


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize("status", [300, 301, 400, 404, 429, 500, 503])
def test_no_other_status_is_taken_for_delivered(kind: ChannelKind, status: int) -> None:
    attempt = VENDORS[kind].read(HttpResponse(status, b"<html>token=secret</html>"))

    assert attempt.status is (RETRY if status in (429, 500, 503) else REFUSED)
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
    assert VENDORS[kind].read(HttpResponse(200, body)) == DeliveryAttempt(RETRY, "ANSWER_NOT_UNDERSTOOD")


@pytest.mark.parametrize(("kind", "name"), JSON_KINDS.items())
def test_a_code_that_no_page_lists_is_worth_another_try(kind: ChannelKind, name: str) -> None:
    answer = HttpResponse(200, json.dumps({name: 777_777}).encode())

    assert VENDORS[kind].read(answer) == DeliveryAttempt(RETRY, "CODE_777777")
