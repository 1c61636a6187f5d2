"""Options that commands share are listed where they are added, in their order."""

from __future__ import annotations

import click

from fairlead.options import json_option, language_option, together, utc_option


def test_options_are_added_in_the_order_in_which_help_lists_them() -> None:
    @click.command()
    @click.argument("work_item")
    @together(utc_option, together(json_option, language_option))
    def show(**_: object) -> None:
        """Show one."""

    assert [each.name for each in show.params] == ["work_item", "utc", "as_json", "language"]
