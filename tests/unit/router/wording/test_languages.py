"""Which language is asked for, by BCP 47."""

from __future__ import annotations

import pytest

from failures import InvalidInput
from router.wording.languages import Language, language_of


@pytest.mark.parametrize("code", ["zh", "ZH", "zh-CN", "zh-hans-cn", "zh-TW"])
def test_chinese_is_chinese_wherever_it_is_spoken(code: str) -> None:
    assert language_of(code) is Language.ZH


@pytest.mark.parametrize("code", ["", "en", "en-GB", "EN-us"])
def test_english_is_what_is_spoken_without_a_word(code: str) -> None:
    assert language_of(code) is Language.EN


@pytest.mark.parametrize("code", ["de", "zh_CN", "english", "z", "zh-", "-zh", "zh-CN\n", "zh-" + "a" * 99, "中文"])
def test_what_is_another_language_or_none_is_refused_by_name(code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        language_of(code)

    (violation,) = refusal.value.violations
    assert violation.field == "language_code"
    assert violation.description.endswith(": must be one of en, zh, with or without a region, e.g. zh-CN")
