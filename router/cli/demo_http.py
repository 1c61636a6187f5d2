"""The part of the demo about HTTP: one of its decisions, read as a browser or ``curl`` would."""

from __future__ import annotations

import json
from importlib.util import find_spec
from urllib.request import urlopen

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from router.cli.consoles import headline

SETTING = "FAIRLEAD_HTTP"
_PACKAGES = ("connectrpc", "uvicorn")
_LANGUAGE = "languageCode=zh"


def http_settings() -> dict[str, str]:
    """Return what has a service serve HTTP on a free port; nothing where the packages for it are missing."""
    return {SETTING: "127.0.0.1:0"} if all(find_spec(name) for name in _PACKAGES) else {}


def show_http(address: str, decision: str, console: Console) -> None:
    """Read a decision, which is named, from a service over HTTP; an empty address: say what is missing."""
    headline(console, "The same over HTTP")
    if not address:
        console.print("Not shown: pip install 'fairlead[web]' brings what HTTP needs.")
        return
    url = f"http://{address}/v1/{decision}?{_LANGUAGE}"
    console.print(Text(f"curl '{url}'"), soft_wrap=True)
    with urlopen(url) as answer:
        told = json.load(answer)
    shown = {name: told[name] for name in ("name", "workItem", "rep", "explanation") if told.get(name)}
    console.print(Padding(Text(json.dumps(shown, ensure_ascii=False, indent=2), style="dim"), (0, 0, 0, 2)))
