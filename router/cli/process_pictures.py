"""``fairlead process draw``: a picture of a process, from a file without a service, or of a published one.

Exit codes: 0 drawn; 1 the process has errors, there is none of the name, or the service cannot be reached; 2 a file
cannot be read or written.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import language_option
from router.cli.failing import InputFailed
from router.cli.problems import print_problems
from router.cli.process_revisions import is_file
from router.cli.sources import content_of
from router.process.language.check import check_process
from router.wording.languages import Language
from router.wording.process_pictures import mermaid, svg


@click.command("draw")
@click.argument("name", metavar="FILE|PROCESS[@REVISION]")
@click.option("--mermaid", "as_mermaid", is_flag=True, help="The text of a Mermaid diagram instead of SVG.")
@language_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file instead.")
@server_option
@tenant_option
def draw_command(name: str, as_mermaid: bool, language: str, out: Path | None, server: str, tenant: str) -> None:
    """Draw a process: its stages, what may follow, what falls due in each and who is told.

    \b
      $ fairlead process draw sales.yaml --language zh --out sales.svg
      $ fairlead process draw sales@3 --mermaid
    """
    if is_file(name):
        picture = _drawn(Path(name), Language(language), as_mermaid=as_mermaid)
    else:
        with connected(server, tenant) as client:
            picture = client.draw_process(name, mermaid=as_mermaid, language=language)
    if out is None:
        click.echo(picture, nl=False)
        return
    try:
        out.write_text(picture, "utf-8")
    except OSError as error:
        raise InputFailed(f"{out}: {error.strerror}") from error


def _drawn(file: Path, language: Language, *, as_mermaid: bool) -> str:
    checked = check_process(content_of(file))
    if checked.process is None:
        print_problems(file, checked.problems)
        sys.exit(1)
    return (mermaid if as_mermaid else svg)(checked.process, language)
