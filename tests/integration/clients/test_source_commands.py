"""``fairlead sources`` against a real service, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import grpc
import pytest

from fairlead.v1 import intake_pb2 as intake
from fairlead.v1 import intake_pb2_grpc
from tests.integration.clients.arranging import Restartable, fairlead, tried

EXAMPLES = Path(__file__).parents[3] / "examples" / "sources"
WEBSITE, SENT = str(EXAMPLES / "website.yaml"), str(EXAMPLES / "payloads" / "website.form")
Options = tuple[str, ...]


@pytest.fixture
def at(shared: Restartable, request: pytest.FixtureRequest) -> Options:
    """The options that lead to a tenant of the test's own."""
    return ("--server", shared.address, "--tenant", request.node.name[-60:])


def test_a_source_is_declared_tried_mended_and_deleted(shared: Restartable, at: Options, tmp_path: Path) -> None:
    dry = fairlead("sources", "create", "website", WEBSITE, "--dry-run", *at)
    made = json.loads(fairlead("sources", "create", "website", WEBSITE, "--json", *at))["source"]
    twice = tried("sources", "create", "website", WEBSITE, *at)
    would = fairlead("sources", "test", "website", SENT, *at)
    cannot = tried("sources", "test", "website", str(EXAMPLES / "payloads" / "baidu.json"), "--language", "zh", *at)

    assert "nothing is written" in dry
    assert "token" not in dry.partition("(required)")[2]
    assert twice[0] == 1
    assert "already" in twice[1]
    assert '"potential": 1200.0' in would
    assert "nothing takes: utm_source" in would
    assert (cannot[0], "未能识别：phone" in cannot[1]) == (1, True)

    payload = intake.Payload(content_type="application/x-www-form-urlencoded", data=b"form_id=1&mobile=138")
    with grpc.insecure_channel(shared.address) as channel:
        intake_pb2_grpc.IntakeServiceStub(channel).IntakeLeads(
            intake.IntakeLeadsRequest(name=made["name"], payload=payload),
            metadata=(("authorization", f"Bearer {made['token']}"),),
        )
    failures = json.loads(fairlead("sources", "failures", "website", "--json", *at))["failures"]
    shown = fairlead("sources", "failures", "website", "--language", "zh", *at)
    unmended = tried("sources", "redrive", "website", *at)
    mended = tmp_path / "website.yaml"
    mended.write_text(Path(WEBSITE).read_text("utf-8").replace("field: tel", "field: mobile"), "utf-8")
    fairlead("sources", "update", "website", str(mended), *at)
    redriven = fairlead("sources", "redrive", "website", "--language", "zh", *at)
    listed = fairlead("sources", "list", *at)

    assert [each["fields"] for each in failures] == [{"form_id": "1", "mobile": "138"}]
    assert ["原始内容" in shown, '"mobile":' in shown] == [True, True]
    assert unmended == (1, "taken in: 0, junk: 0, still not mapped: 1\n")
    assert redriven == "已接收 1 条，垃圾 0 条，仍未识别 0 条\n"
    assert listed.splitlines()[-2].split() == ["website", "官网表单", "form_id", "1", "0", "1", "0"]

    other = fairlead("sources", "token", "website", *at).rpartition("token, shown this once: ")[2].strip()
    assert other not in ("", made["token"])
    assert fairlead("sources", "purge", "website", "--yes", *at) == "0 purged\n"
    assert fairlead("sources", "delete", "website", *at) == "website deleted\n"
    assert fairlead("sources", "list", "--language", "zh", *at) == "没有线索来源\n"


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("attributes:", "atributes:", "atributes: LeadSource has no such field; the nearest is attributes"),
        ("type: number", "type: numer", "must be one of TYPE_UNSPECIFIED, TYPE_TEXT, TYPE_NUMBER"),
        ("junk:", "attributes:", "attributes"),
        ("junk:", "junk: [", "line"),
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_refused_by_place(
    at: Options, tmp_path: Path, was: str, becomes: str, fault: str
) -> None:
    file = tmp_path / "website.yaml"
    file.write_text(Path(WEBSITE).read_text("utf-8").replace(was, becomes, 1), "utf-8")

    refused = tried("sources", "create", "website", str(file), *at)

    assert refused[0] == 2
    assert fault in refused[1]
