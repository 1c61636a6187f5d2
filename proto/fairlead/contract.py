"""``fairlead contract``: the API's ``.proto`` files with all that they import, for clients in other languages."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import click

from fairlead.wording import counted

_SERVICES = "fairlead/v1"
_IN_ERRORS = "google/rpc/error_details.proto"
_IMPORT = re.compile(r'^import (?:public )?"([^"]+)";', re.MULTILINE)
_EVERY_GENERATOR_HAS = "google/protobuf/"
_INSTALLED_AS = {"google/longrunning/operations.proto": "google/longrunning/operations_proto.proto"}
"""Where googleapis-common-protos has a file under another name than the one it is imported by."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def contract(folder: Path) -> None:
    """Write the API's .proto files into FOLDER, with all that they import.

    Generate a client from them with FOLDER as the only path to search; google/protobuf comes with every generator.

    \b
      $ fairlead contract contract
      $ protoc -I contract --java_out=src $(find contract -name '*.proto')
    """
    texts = proto_files()
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    click.echo(f"{counted(len(texts), 'file')} in {folder}")


def proto_files() -> dict[str, str]:
    """Return the text of each file of the contract and of what it imports, by path; errors' details among them."""
    texts: dict[str, str] = {}
    services = (file.name for file in files(_SERVICES.replace("/", ".")).iterdir())
    wanted = [_IN_ERRORS, *(f"{_SERVICES}/{name}" for name in services if name.endswith(".proto"))]
    while wanted:
        name = wanted.pop()
        if name not in texts and not name.startswith(_EVERY_GENERATOR_HAS):
            texts[name] = _text(name)
            wanted += _IMPORT.findall(texts[name])
    return dict(sorted(texts.items()))


def _text(name: str) -> str:
    folder, _, file = _INSTALLED_AS.get(name, name).rpartition("/")
    return files(folder.replace("/", ".")).joinpath(file).read_text(encoding="utf-8")
