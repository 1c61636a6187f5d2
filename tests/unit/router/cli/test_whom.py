"""Whom a text means that somebody typed."""

from __future__ import annotations

import click
import grpc
import pytest

from fairlead.client import FairleadError
from router.cli.whom import allowed, id_called
from router.wording.languages import Language

NAMES = {
    "tenants/t/reps/li": "李娜",
    "tenants/t/reps/wang": "王伟",
    "tenants/t/reps/wang-2": "王伟",
    "tenants/t/reps/bo": "li",
}


@pytest.mark.parametrize(
    ("text", "rep"),
    [
        ("李娜", "li"),
        ("li", "li"),
        ("tenants/t/reps/bo", "bo"),
        ("ann", "ann"),
        ("tenants/u/reps/li", "tenants/u/reps/li"),
    ],
)
def test_an_id_goes_before_a_name_and_what_nobody_is_called_is_left_to_the_service(text: str, rep: str) -> None:
    assert id_called(text, NAMES, "REP") == rep
    assert id_called(text, {}, "REP") == text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "'王伟' is the name of several, wang, wang-2: say which, by id"),
        (Language.ZH, "'王伟' 有重名：wang, wang-2；请用编号指明"),
    ],
)
def test_a_name_of_several_is_refused_with_who_they_are(language: Language, said: str) -> None:
    with pytest.raises(click.BadParameter) as refused:
        id_called("王伟", NAMES, "--rep", language)

    assert (refused.value.message, refused.value.param_hint) == (said, "--rep")


def test_whoever_may_not_list_reps_names_them_by_id() -> None:
    def read(code: grpc.StatusCode) -> dict[str, str]:
        raise FairleadError(code, "", "no")

    assert allowed(lambda: read(grpc.StatusCode.PERMISSION_DENIED)) == {}
    with pytest.raises(FairleadError):
        allowed(lambda: read(grpc.StatusCode.UNAVAILABLE))
