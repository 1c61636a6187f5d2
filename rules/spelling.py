"""What was probably meant by a text that an input method, an editor or a spreadsheet has spelt otherwise.

A comma or a colon in full width separates nothing in YAML, and typographic quotes quote nothing: they become part of
the text, which then equals no value of any work item. Nobody sees that in an editor, so it is said.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Mapping

from rules.fields import FieldType
from rules.normal_form import normal_form
from rules.problems import shown

_QUOTES = "“”„‟‘’‚‛«»‹›「」『』〝〞＂＇"
_FULL_WIDTH = {0xFF00 + code - 0x20: code for code in range(0x21, 0x7F) if chr(code).isalnum()}
"""Letters and digits alone: brackets and the like of full width belong to Chinese names."""
_SEPARATOR = re.compile(r"\s*(?:[，、；;｜|\t\n]|(?<!\d),|,(?!\d))\s*")
_PUNCTUATION = str.maketrans("：，［］｛｝【】－“”＂‘’＇", ":,[]{}[]-\"\"\"'''")
"""What YAML's own signs look like in full width."""
_LISTING = (
    ("［］【】", "full-width brackets are part of a text"),
    ("，", "a full-width comma separates nothing"),
)
"""What makes a text of a list, and why."""


def meant(text: str) -> str:
    """Return what was probably meant.

    Examples
    --------
    >>> meant("“上海” "), meant("ＳＨ"), meant("（上海）有限公司")
    ('上海', 'SH', '（上海）有限公司')
    """
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf").strip()
    if len(seen) > 2 and seen[0] in _QUOTES and seen[-1] in _QUOTES:
        seen = seen[1:-1].strip()
    return seen.translate(_FULL_WIDTH)


def hint(text: object) -> str:
    """Say behind a refusal what was probably meant; nothing where nothing else can be.

    Examples
    --------
    >>> hint("field：country"), hint("６０"), hint("60")
    ("; 'field: country' was probably meant: a full-width colon separates nothing", "; '60' was probably meant", '')
    """
    if not isinstance(text, str):
        return ""
    if "：" in text:
        written = meant(re.sub(r"\s*：\s*", ": ", text))
        return f"; {shown(written)} was probably meant: a full-width colon separates nothing"
    written = meant(text.replace("％", "%"))
    for signs, why in _LISTING:
        if any(sign in text for sign in signs):
            return f"; {shown(_listed(written))[1:-1]} was probably meant: {why}"
    return f"; {shown(written)} was probably meant" if written not in ("", text) else ""


def _listed(text: str) -> str:
    return re.sub(r"\s*，\s*", ", ", text).translate(_PUNCTUATION)


def hint_among(name: str, names: Collection[str]) -> str:
    """Say which of some names was probably meant by one that is none of them; nothing where none is near.

    Examples
    --------
    >>> hint_among("big-citis", ["big-cities", "small-towns"]), hint_among("x", ["big-cities"])
    ("; 'big-cities' was probably meant", '')
    """
    by_form = {normal_form(known): known for known in names}
    near = difflib.get_close_matches(normal_form(name), by_form, 1)
    return f"; {shown(by_form[near[0]])} was probably meant" if near else ""


def hint_of_field(name: str, names: Collection[str], fields: Mapping[str, FieldType], wanted: FieldType) -> str:
    """Say which field was probably meant, as ``hint_among``, or else how one is declared that no rules declare.

    Parameters
    ----------
    fields, wanted
        All that there are, and the type that it is to have: what has another cannot be declared again.

    Examples
    --------
    >>> hint_of_field("tier", ["region"], {"region": FieldType.STRING}, FieldType.STRING)
    '; declare it in the rules: fields: {tier: {type: string}}'
    >>> hint_of_field("tier", [], {"tier": FieldType.NUMBER}, FieldType.DATE)
    '; it is a number field'
    """
    if name in fields:
        return "" if fields[name] in {fields.get(each) for each in names} else f"; it is a {fields[name].value} field"
    return hint_among(name, names) or f"; declare it in the rules: fields: {{{name}: {{type: {wanted.value}}}}}"


def doubt(text: str) -> str:
    """Say what in a text that is compared with is probably not meant; nothing where all is well.

    Examples
    --------
    >>> doubt("上海 ")
    "found '上海 ' with blanks around it; '上海' was probably meant"
    >>> doubt("制造业，汽车")
    "found '制造业，汽车', which is one text; [制造业, 汽车] would be 2"
    >>> doubt("上海")
    ''
    """
    plain = meant(text)
    if plain not in ("", text):
        return f"found {shown(text)} {_oddity(text)}; {shown(plain)} was probably meant"
    parts = [part for part in _SEPARATOR.split(text) if part]
    if len(parts) > 1:
        return f"found {shown(text)}, which is one text; [{', '.join(parts)[:80]}] would be {len(parts)}"
    return ""


def _oddity(text: str) -> str:
    if text != text.strip():
        return "with blanks around it"
    if any(unicodedata.category(char) == "Cf" for char in text):
        return "with characters that nobody sees"
    return "in quotes that are part of it" if text[0] in _QUOTES else "in full width"


def hint_for_line(line: str) -> str:
    r"""Say what in a line of YAML that cannot be read looks like a sign and is none.

    Examples
    --------
    >>> hint_for_line("\tc: {type: string}")
    '; a tab indents this line: YAML is indented with blanks'
    >>> hint_for_line("fields：")
    "; '：' stands where YAML has ':'"
    """
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "; a tab indents this line: YAML is indented with blanks"
    wide = next((char for char in line if ord(char) in _PUNCTUATION), "")
    return f"; {wide!r} stands where YAML has {chr(_PUNCTUATION[ord(wide)])!r}" if wide else ""
