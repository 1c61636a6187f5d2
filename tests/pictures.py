"""Draws the mails of the docs, as a browser shows them: ``python -m tests.pictures``.

Goes the shipped walk of a complaint through a service whose reps have mail, one in Chinese and one in English, takes
what a mail server was handed, and has Chromium draw the longest mail of each. Needs Chromium and a Chinese font.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from html import escape
from pathlib import Path
from typing import Any

from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.messages.mail_server import MailServer
from store.clock import simulated
from store.embedded.server import EmbeddedServer
from tests.api import connected
from tests.conftest import ROOT, serving
from tests.integration.notifications.arranging import chosen
from tests.integration.notifications.test_mail import Mailbox, running
from tests.integration.notifications.test_reminders import WALK, has_channel, let_all_go, walked, with_channels

FOLDER = ROOT / "docs" / "pictures"
ADDRESSES = {"zh": "zhou-min@example.org", "en": "chen-jie@example.org"}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><style>
body {{ font: 14px/1.5 "Noto Sans CJK SC", sans-serif; margin: 20px; }} dl {{ color: #555; margin: 0 0 1em; }}
dt {{ float: left; width: 5em; }} dd {{ margin: 0 0 0 5em; }}
</style></head><body><dl>{heads}</dl><hr>{body}</body></html>"""


async def mails(folder: Path) -> dict[str, Any]:
    """Return the longest mail that the walk has sent, by language."""
    store, box = EmbeddedServer(folder / "store"), Mailbox()
    store.start()
    try:
        with simulated():
            async with running(box) as port:
                mail = MailServer("127.0.0.1", port, is_tls=False, needs_starttls=False, sender="fairlead@example.org")
                settings = replace(chosen(folder), mail=mail)
                async with (
                    serving(store.url, simulated_clock=True, deliveries=settings) as address,
                    connected(address, "complaints", store.url) as api,
                ):
                    for language, to in ADDRESSES.items():
                        kind = deliveries.Channel.KIND_SMTP
                        await has_channel(api, f"{language}-bot", kind=kind, address=to, language_code=language)
                    text = with_channels(WALK.read_text("utf-8"))
                    if faults := await asyncio.to_thread(walked, address, store.url, "complaints", text, 99):
                        sys.exit("\n".join(faults))
                    await let_all_go(api, store.url)
    finally:
        store.stop()
    taken = [(envelope.rcpt_tos[0], envelope.original_content or b"") for envelope in box.taken]
    longest = {to: max((content for other, content in taken if other == to), key=len) for to in ADDRESSES.values()}
    return {name: message_from_bytes(longest[to], policy=default) for name, to in ADDRESSES.items()}


def draw(mail: Any, target: Path, browser: str) -> None:
    """Draw a mail, with what stands above it."""
    heads = "".join(f"<dt>{name}</dt><dd>{escape(mail[name])}</dd>" for name in ("From", "To", "Subject"))
    html = next(part.get_content() for part in mail.walk() if part.get_content_type() == "text/html")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "mail.html")
        page.write_text(_PAGE.format(heads=heads, body=html), "utf-8")
        options = (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-background-networking",
        )
        size = ("--window-size=720,560", f"--user-data-dir={folder}/profile")
        command = [browser, *options, *size, f"--screenshot={target}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def main() -> None:
    """Draw them into the docs."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        sys.exit(f"there is none of {', '.join(_BROWSERS)} on the PATH")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        drawn = asyncio.run(mails(Path(folder)))
    for language, mail in drawn.items():
        draw(mail, FOLDER / f"mail_{language}.png", browser)
        print(FOLDER / f"mail_{language}.png")


if __name__ == "__main__":
    main()
