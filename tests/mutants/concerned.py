"""Which unit and contract tests concern a module: those that import it, by however many steps; the nearest first."""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path

Importers = Mapping[Path, set[Path]]
_DOTTED = re.compile(r"[a-z_]\w*(\.[a-z_]\w*)+")
_ROOTS = (Path(), Path("proto"))
_SOURCES = ("tests/unit", "tests/contract")


def importers_of(root: Path, files: list[Path]) -> Importers:
    """Return by module who imports it. A package's own file stands for a name that is no module.

    Parameters
    ----------
    files
        All Python files, relative to ``root``.
    """
    there, importers = set(files), dict[Path, set[Path]]()
    for file in files:
        for name in _imported(ast.parse((root / file).read_text("utf-8"))):
            if imported := _file_of(name, there):
                importers.setdefault(imported, set()).add(file)
    return importers


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
            yield node.value  # the name of a module that a child process runs, or that is imported later


def _file_of(name: str, there: set[Path]) -> Path | None:
    """Return the file of a module, or of the module that has a name within it."""
    parts = name.split(".")
    modules = (folder.joinpath(*parts[:length]) for length in (len(parts), len(parts) - 1) for folder in _ROOTS)
    files = (file for module in modules for file in (Path(f"{module}.py"), module / "__init__.py"))
    return next((file for file in files if file in there), None)


def concerned_by(module: Path, importers: Importers) -> list[str]:
    """Return a module, for its examples, and the test files that import it, nearest first.

    A script is imported by whoever imports the modules above it.
    """
    near = [module] if module.suffix == ".py" else _above(module, importers)
    steps, concerned = deque(near), dict.fromkeys(near)
    while steps:
        for importer in sorted(importers.get(steps.popleft(), ())):
            if importer not in concerned:
                concerned[importer] = None
                steps.append(importer)
    examples = [str(module)] if module.suffix == ".py" else []
    return examples + [
        str(file) for file in concerned if str(file).startswith(_SOURCES) and file.name.startswith("test_")
    ]


def _above(script: Path, importers: Importers) -> list[Path]:
    modules = ([file for file in importers if file.parent == folder] for folder in script.parents)
    return next(filter(None, modules), [])
