"""The frame around messages: texts with ``$names`` in them, from the repository or a tenant's own.

Filled in by `string.Template`, which knows names and nothing else: no attributes, no calls, no formats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from importlib.resources import files
from string import Template

import yaml

from notifications.messages.texts import Text, one_line
from notifications.templates import TemplateNames, template_faults

FRAME_NAMES: TemplateNames = {
    "one": frozenset({"title"}),
    "many": frozenset({"count", "title"}),
    "to_rep": frozenset({"rep", "title"}),
    "to_all": frozenset({"title"}),
    "more": frozenset({"count"}),
    "footer": frozenset({"channel"}),
    "test_title": frozenset(),
    "test_line": frozenset({"channel"}),
}
"""What may stand in each template."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The templates of one language, see ``templates/``."""

    one: str
    many: str
    to_rep: str
    to_all: str
    more: str
    footer: str
    test_title: str
    test_line: str

    def with_own(self, own: Mapping[str, str]) -> Frame:
        """Return it with a tenant's own templates in place of some; those of others than the frame's are left out.

        Raises
        ------
        ValueError
            If one holds a name that is not filled in there.
        """
        of_frame = {name: text for name, text in own.items() if name in FRAME_NAMES}
        check_templates(of_frame)
        return replace(self, **of_frame)

    def title(self, titles: list[str], count: int) -> str:
        """Return the title of a number of messages, whose own titles are given."""
        name = "one" if count == 1 else "many"
        return self._filled(name, title=titles[0], count=count)

    def message(self, text: Text, rep: str) -> Text:
        """Return a message with whom it is for; ``rep`` is a name, empty: nobody's."""
        heading = self._filled("to_rep" if rep else "to_all", rep=rep, title=text.title)
        return Text(heading, tuple(map(one_line, text.lines)))

    def left_out(self, count: int) -> str:
        """Say that a number of messages follow."""
        return self._filled("more", count=count)

    def below(self, channel: str) -> str:
        """Return what stands below all messages of a channel."""
        return self._filled("footer", channel=channel)

    def test(self, channel: str) -> Text:
        """Return what a channel is tried with."""
        return Text(self._filled("test_title"), (self._filled("test_line", channel=channel),))

    def _filled(self, name: str, **facts: object) -> str:
        template: str = getattr(self, name)
        return one_line(Template(template).substitute({fact: str(value) for fact, value in facts.items()}))


def check_templates(own: Mapping[str, str]) -> None:
    """Insist on templates of the frame that can be filled in.

    Raises
    ------
    ValueError
        Naming the template, what it holds, and what is allowed.
    """
    for name, fault in template_faults(own, FRAME_NAMES):
        raise ValueError(f"{name}: {fault}")


@cache
def frame(language: str) -> Frame:
    """Return the frame of a language, ``en`` or ``zh``."""
    written = yaml.safe_load(files(__package__).joinpath("templates", f"{language}.yaml").read_text("utf-8"))
    made = Frame(**written)
    check_templates(asdict(made))
    return made


assert set(FRAME_NAMES) == {each.name for each in fields(Frame)}
