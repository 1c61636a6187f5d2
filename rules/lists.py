"""Named lists of a document, which several rules share: ``value: {list: NAME}`` stands for its entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.problems import known_names, shown
from rules.report import Path, Report
from rules.spelling import hint_among


class NamedLists:
    """The lists of one document; what is wrong with how they are used goes to the report.

    Examples
    --------
    >>> from rules.document import read
    >>> lists = NamedLists({"cities": ["上海", "北京"]}, Report(read("")))
    >>> lists.written_out({"list": "cities"}, ("rules", 0, "when", "value"))
    (['上海', '北京'], ('lists', 'cities'))
    >>> lists.written_out(["上海"], ("rules", 0, "when", "value"))
    (['上海'], ('rules', 0, 'when', 'value'))
    """

    def __init__(self, lists: Mapping[str, Sequence[object]], report: Report) -> None:
        self._lists = lists
        self._report = report
        self._used: set[str] = set()

    def written_out(self, value: object, path: Path) -> tuple[object, Path]:
        """Return the entries of the list that a value names, and where they stand; any other value as it is.

        A name that no list has is reported, and stands for None.
        """
        if not isinstance(value, dict):
            return value, path
        name = value.get("list")
        if len(value) != 1 or not isinstance(name, str):
            self._report.error(path, f"found {shown(value)}; a value, a list of values or {{list: NAME}} is expected")
        elif name not in self._lists:
            fault = f"there is no list {shown(name)}; declared are {known_names(self._lists)}"
            self._report.error((*path, "list"), f"{fault}{hint_among(name, self._lists)}")
        else:
            self._used.add(name)
            return self._lists[name], ("lists", name)
        return None, path

    def warn_of_unused(self) -> None:
        """Warn of lists that no rule names."""
        for name in self._lists:
            if name not in self._used:
                self._report.warn(("lists", name), f"no rule names the list {shown(name)}", of_key=True)
