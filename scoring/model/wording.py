"""A schema in words: how a feature, its value and its effect are said, in Chinese or English.

What does not depend on the customer is put together once per model and language; a score says three reasons, and a
server some thousand scores a second.
"""

from __future__ import annotations

import re

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
    return f"{100 * without:.1f}" != f"{100 * now:.1f}"


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
        self._zh = locale.startswith("zh")
        self._texts = self._texts_of(feature)
        self._typical = feature.typical
        self._unit = ""
        wording = feature.wording(locale)
        if "{value}" in wording:
            self._before, self._after = wording.split("{value}", 1)
            self._unknown = self._before + ("…" if self._zh else "an unknown number of") + self._after
            self._unknown += "未知" if self._zh else ""
        else:
            self._unit = feature.unit
            self._before, self._after = wording + ("为" if self._zh else " "), ""
            self._unknown = wording + ("未知" if self._zh else " unknown")
        usual = "" if feature.typical is None else self.value(feature.typical)
        self._usual = f"（一般为{usual}" if self._zh else f" (typically {usual}"
        self._close = "）" if self._zh else ")"
        number = feature.type == "number" and isinstance(feature.typical, float) and feature.typical > 0
        self._unit_share = 100.0 / feature.typical if number and isinstance(feature.typical, float) else 0.0

    def value(self, value: FeatureValue) -> str:
        """Say a value: numbers to six digits with their unit, categories and bools in the language."""
        if type(value) is float or type(value) is int:
            number = f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:.6g}"
            return number + self._unit_of(value) if self._unit else number
        return self._texts.get(value) or str(value)

    def phrase(self, value: FeatureValue) -> str:
        """Say the feature with its value; None is unknown."""
        text = self._unknown if value is None else self._before + self.value(value) + self._after
        return spaced(text) if self._zh else text

    def reason(self, value: FeatureValue, without: float, now: float) -> str:
        """Say what the value does to the probability: how it is ``now``, and would be ``without`` it."""
        before, after = f"{100 * without:.0f}", f"{100 * now:.0f}"
        if before == after:
            before, after = f"{100 * without:.1f}", f"{100 * now:.1f}"
        text = self.phrase(value)
        if value is not None and self._typical is not None and value != self._typical:
            text += self._usual + self._change(value) + self._close
        if self._zh:
            return spaced(f"{text}，流失概率为{after}%，若无此项为{before}%")
        return f"{text}: risk {after} %, {before} % without it"

    def _unit_of(self, value: float) -> str:
        one, chinese = UNITS.get(self._unit, (self._unit, self._unit))
        return chinese if self._zh else f" {one if value == 1 else self._unit}"

    def _change(self, value: FeatureValue) -> str:
        if not self._unit_share or not isinstance(value, float):
            return ""
        percent = f"{self._unit_share * value - 100.0:+.0f}"
        return f"，{percent}%" if self._zh else f", {percent.replace('-', '−')} %"

    def _texts_of(self, feature: Feature) -> dict[FeatureValue, str]:
        """Return what categories and bools are called."""
        names = (feature.categories_zh if self._zh else ()) or feature.categories
        if feature.type == "bool":
            no, yes = names or (("否", "是") if self._zh else ("no", "yes"))
            return {False: no, True: yes}
        return {text.strip(): name for text, name in zip(feature.categories, names, strict=True)}
