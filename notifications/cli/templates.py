"""``fairlead templates``: the words around what people are told, a tenant's own.

Exit codes: 0 done; 1 the service refuses or does not answer, or a file is not as it must be; 2 an option is not as it
must be.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import IO, NoReturn, cast

import click

from fairlead.commands import connected
from fairlead.errors import FairleadError, Violation
from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.cli.telling import HELP, acting_options, changing_options, etag_option, print_json, say
from rules.document import Document, read
from rules.limits import MAX_SOURCE_BYTES
from rules.problems import Problem, in_order, shown

_FIELD = "templates.texts"
_speaks = click.option(
    "--speaks", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the messages."
)


@click.group(context_settings=HELP)
def templates() -> None:
    """Your own words around what people are told: titles and lines of messages, whom they are for, what stands below.

    Names with a $ are filled in, and nothing else: no template can look anything up or do anything. docs/channels.md
    says more.

    \b
      $ fairlead templates show --speaks zh > templates.yaml     then change what you want, and take its # away
      $ fairlead templates set templates.yaml --speaks zh
    """


@templates.command()
@_speaks
@acting_options
def show(speaks: str, language: str, as_json: bool, server: str, tenant: str) -> None:
    """Print all templates of a language, as a file for `fairlead templates set`: those with a # are ours."""
    with connected(server, tenant) as client:
        found = client.get_templates(speaks)
    _told(found, language, as_json=as_json)


@templates.command("set")
@click.argument("file", type=click.File("rb"))
@_speaks
@etag_option
@changing_options
def set_all(
    file: IO[bytes], speaks: str, etag: str, dry_run: bool, language: str, as_json: bool, server: str, tenant: str
) -> None:
    """Have the templates in FILE, and no others, be your own in a language.

    FILE holds `name: text` in YAML, - is standard input. Names that are not in it are ours again; `{}` alone: all are.
    What is wrong is a line FILE:LINE:COLUMN error: what was found and is allowed; then nothing is changed.

    \b
      $ fairlead templates set templates.yaml
      templates.yaml:3:1 error: $owner is not filled in there; allowed are $deadline, $item, $when (reminder)
    """
    document, where = read(file.read(MAX_SOURCE_BYTES + 1)), str(getattr(file, "name", "<stdin>"))
    if faults := list(_faults(document)):
        _refuse(where, faults)
    with connected(server, tenant) as client:
        try:
            kept = client.update_templates(speaks, _texts(document), etag=etag, preview=dry_run)
        except FairleadError as error:
            if not error.violations:
                raise
            _refuse(where, [_placed(document, each) for each in error.violations])
    _told(kept, language, as_json=as_json, dry_run=dry_run)


def _texts(document: Document) -> dict[str, str]:
    return cast("dict[str, str]", document.tree)


def _faults(document: Document) -> Iterator[Problem]:
    """Yield what keeps a file from being read as names and texts."""
    if document.problem:
        yield document.problem
    elif not isinstance(document.tree, dict):
        yield Problem(*document.start, "", f"found {shown(document.tree)}; allowed is `name: text`, or {{}} for none")
    else:
        for name, text in document.tree.items():
            if not isinstance(text, str):
                yield document.problem_at([name], f"found {shown(text)}; allowed is a text")


def _placed(document: Document, violation: Violation) -> Problem:
    """Return what the service says of a template, where that stands in the file."""
    name = violation.field.removeprefix(f"{_FIELD}.")
    path = [name] if name in _texts(document) else []
    message = violation.description if path else f"{violation.field}: {violation.description}"
    return document.problem_at(path, message, of_key=True)


def _refuse(file: str, problems: Iterable[Problem]) -> NoReturn:
    for each in in_order(problems):
        path = f" ({each.path})" if each.path else ""
        click.echo(f"{file}:{each.line}:{each.column} error: {each.message}{path}", err=True)
    raise click.ClickException(f"nothing is changed: {file} has errors, see above")


def _told(kept: deliveries.Templates, language: str, *, as_json: bool, dry_run: bool = False) -> None:
    """Print templates as YAML: a tenant's own as they are, ours behind a #."""
    if as_json:
        print_json(templates=kept)
        return
    if dry_run:
        click.echo(f"# {say('would be', language)}")
    click.echo(f"# {say('templates', language)}")
    for name in sorted(kept.default_texts):
        text = kept.texts.get(name)
        line = json.dumps(kept.default_texts[name] if text is None else text, ensure_ascii=False)
        click.echo(f"{'# ' if text is None else ''}{name}: {line}")
