"""Files of templates: none is read in part."""

from __future__ import annotations

from click.testing import CliRunner

from notifications.cli.templates import templates
from rules.limits import MAX_SOURCE_BYTES


def test_a_file_that_is_too_long_is_refused_and_not_cut() -> None:
    done = CliRunner().invoke(templates, ["set", "-"], input=b"taken: $item\n".ljust(MAX_SOURCE_BYTES + 1, b"#"))

    assert (done.exit_code, "it is too long; allowed are 8,388,608 bytes" in done.output) == (1, True), done.output
