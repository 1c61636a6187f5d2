"""Every template of messages there is: the frame of `notifications`, and the router's titles and lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from notifications.messages.frames import FRAME_NAMES, frame
from notifications.templates import TemplateNames
from router.wording.languages import Language
from router.wording.own_titles import LINE_NAMES, TITLE_NAMES, line_templates, title_templates

TEMPLATE_NAMES: TemplateNames = {**FRAME_NAMES, **TITLE_NAMES, **LINE_NAMES}
"""By name: what is filled in there."""


def shipped_templates(language: str) -> Mapping[str, str]:
    """Return the repository's templates of a language, ``en`` or ``zh``, by name."""
    said = Language(language)
    return {**asdict(frame(language)), **title_templates(said), **line_templates(said)}


assert len(TEMPLATE_NAMES) == len(FRAME_NAMES) + len(TITLE_NAMES) + len(LINE_NAMES)
