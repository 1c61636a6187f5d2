"""A schema in words: how a feature, its value and its effect are said, in Chinese or English.

What does not depend on the customer is put together once per model and language, spaces between scripts included: a
score says three reasons, and a server some thousand scores a second.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from scoring.model.schema import Feature, FeatureValue

UNITS = {
    "seconds": ("second", "秒"),
    "minutes": ("minute", "分钟"),
    "hours": ("hour", "小时"),
    "days": ("day", "天"),
    "weeks": ("week", "周"),
    "months": ("month", "个月"),
    "years": ("year", "年"),
    "times": ("time", "次"),
}
"""Units that are known: one of them in English, and all in Chinese; any other is said as the schema has it."""
_EFFECT_ZH = "，流失概率为 ", "%，若无此项为 ", "%"
_EFFECT_EN = ": risk ", " %, ", " % without it"
"""What stands before, between and behind the two risks."""
_SEAM = re.compile(r"(?<=[\u3400-\u9fff])(?=[-−+]?[A-Za-z0-9])|(?<=[A-Za-z0-9%])(?=[\u3400-\u9fff])")


def spaced(text: str) -> str:
    """Put a space between Chinese and Latin, as Chinese typography has it.

    Examples
    --------
    >>> spaced("近30天登录3次（一般为21，-86%）")
    '近 30 天登录 3 次（一般为 21，-86%）'
    """
    return _SEAM.sub(" ", text)


def is_shown(without: float, now: float) -> bool:
    """Tell whether two probabilities differ as they are said, in percent with one decimal.

    Examples
    --------
    >>> is_shown(0.6101, 0.6103), is_shown(0.6101, 0.6113)
    (False, True)
    """
    # What lies further apart than two tenths of a percent is never rounded to the same tenth.
    return abs(without - now) > 0.002 or f"{100 * without:.1f}" != f"{100 * now:.1f}"


class Wording:
    """How one feature is said in one language.

    Parameters
    ----------
    feature
        What is said.
    locale
        ``zh…`` gives Chinese, anything else English.

    Examples
    --------
    >>> words = {"wording_zh": "近30天登录{value}次", "wording_en": "{value} logins in 30 days"}
    >>> logins = Feature(name="logins_30d", type="number", typical=21.0, **words)
    >>> Wording(logins, "en").reason(3.0, 0.18, 0.31)
    '3 logins in 30 days (typically 21, −86 %): risk 31 %, 18 % without it'
    >>> Wording(logins, "zh").reason(3.0, 0.18, 0.31)
    '近 30 天登录 3 次（一般为 21，-86%），流失概率为 31%，若无此项为 18%'
    >>> tenure = Feature(name="tenure", type="number", unit="months")
    >>> Wording(tenure, "en").phrase(2.0), Wording(tenure, "zh").phrase(2.0)
    ('tenure 2 months', 'tenure 为 2 个月')
    """

    def __init__(self, feature: Feature, locale: str) -> None:
        self.name, self.typical = feature.name, feature.typical
        self._zh = locale.startswith("zh")
        self._spaced: Callable[[str], str] = spaced if self._zh else str
        self._texts = self._texts_of(feature)
        self._before, self._after, unknown = self._around(feature.wording(locale))
        self._unit = "" if "{value}" in feature.wording(locale) else feature.unit
        # Around a number, where only its sign, and whether it is one, tell what to say.
        self._head, self._minus = self._spaced(f"{self._before}0")[:-1], self._spaced(f"{self._before}-0")[:-2]
        self._one, self._tail = (self._spaced(f"0{self._unit_of(x)}{self._after}")[1:] for x in (1.0, 2.0))
        self._phrases = {value: self._of_text(value) for value in self._texts}
        self._phrases[None] = self._spaced(unknown)
        usual = "" if feature.typical is None else self.value(feature.typical)
        self._usual = self._spaced(f"（一般为{usual}") if self._zh else f" (typically {usual}"
        number = feature.type == "number" and isinstance(feature.typical, float) and feature.typical > 0
        self._unit_share = 100.0 / feature.typical if number and isinstance(feature.typical, float) else 0.0
        self._comma, self._close = ("，", "%）") if self._zh else (", ", " %)")
        self._risk, self._without, self._end = _EFFECT_ZH if self._zh else _EFFECT_EN

    def value(self, value: FeatureValue) -> str:
        """Say a value: numbers to six digits with their unit, categories and bools in the language."""
        if type(value) is float or type(value) is int:
            return _digits(value) + self._unit_of(value)
        return self._texts.get(value) or str(value)

    def phrase(self, value: FeatureValue) -> str:
        """Say the feature with its value; None is unknown."""
        if type(value) is float or type(value) is int:
            digits = _digits(value)
            head = self._minus if digits[0] == "-" else self._head
            return head + digits + (self._one if value == 1 else self._tail)
        return self._phrases[value] if value in self._phrases else self._of_text(value)

    def reason(self, value: FeatureValue, without: float, now: float) -> str:
        """Say what the value does to the probability: how it is ``now``, and would be ``without`` it."""
        before, after = round(100 * without), round(100 * now)
        if before == after:
            effect = f"{self._risk}{100 * now:.1f}{self._without}{100 * without:.1f}{self._end}"
        else:
            effect = f"{self._risk}{after}{self._without}{before}{self._end}"
        typical = self.typical
        if value is None or typical is None or value == typical:
            return self.phrase(value) + effect
        if self._unit_share and type(value) is float:
            percent = f"{self._unit_share * value - 100.0:+.0f}"
            percent = percent if self._zh else percent.replace("-", "−")
            return f"{self.phrase(value)}{self._usual}{self._comma}{percent}{self._close}{effect}"
        return f"{self.phrase(value)}{self._usual}{self._close[-1]}{effect}"

    def _around(self, wording: str) -> tuple[str, str, str]:
        """Return what stands before and behind a value, and what is said where none is known."""
        if "{value}" in wording:
            before, after = wording.split("{value}", 1)
            return before, after, f"{before}…{after}未知" if self._zh else f"{before}an unknown number of{after}"
        return (f"{wording}为", "", f"{wording}未知") if self._zh else (f"{wording} ", "", f"{wording} unknown")

    def _of_text(self, value: FeatureValue) -> str:
        return self._spaced(self._before + self.value(value) + self._after)

    def _unit_of(self, value: float) -> str:
        if not self._unit:
            return ""
        one, chinese = UNITS.get(self._unit, (self._unit, self._unit))
        return chinese if self._zh else f" {one if value == 1 else self._unit}"

    def _texts_of(self, feature: Feature) -> dict[FeatureValue, str]:
        """Return what categories and bools are called."""
        names = (feature.categories_zh if self._zh else ()) or feature.categories
        if feature.type == "bool":
            no, yes = names or (("否", "是") if self._zh else ("no", "yes"))
            return {False: no, True: yes}
        return {text.strip(): name for text, name in zip(feature.categories, names, strict=True)}


def _digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:.6g}"
