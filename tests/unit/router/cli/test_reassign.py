"""What the command says of work items that were not reassigned."""

from __future__ import annotations

import pytest
from google.rpc import code_pb2
from google.rpc.status_pb2 import Status

from fairlead.v1 import routing_pb2 as routing
from router.cli.refusals import refusal_told
from router.wording.languages import Language


@pytest.mark.parametrize(
    ("language", "owner", "told"),
    [
        (
            Language.EN,
            "tenants/t/reps/li",
            "crm~1: it changed since it was found, and is left as it is: 李娜 has it now",
        ),
        (Language.EN, "", "crm~1: it changed since it was found, and is left as it is: nobody has it now"),
        (Language.ZH, "tenants/t/reps/li", "crm~1：找到之后有过变动，没有转派：现归李娜"),
        (Language.ZH, "", "crm~1：找到之后有过变动，没有转派：现无归属人"),
    ],
)
def test_what_somebody_changed_meanwhile_is_told_in_the_language_of_the_command(
    language: Language, owner: str, told: str
) -> None:
    names = {"tenants/t/reps/li": "李娜"}
    changed = routing.ReassignResult(
        work_item="tenants/t/workItems/crm~1", former_owner=owner, error=Status(code=code_pb2.ABORTED, message="said")
    )
    closed = routing.ReassignResult(
        work_item="tenants/t/workItems/crm~2", error=Status(code=code_pb2.FAILED_PRECONDITION, message="is closed")
    )

    assert refusal_told(changed, names, language) == told
    assert refusal_told(closed, names, language).endswith("is closed")
