"""README's pictures: the pages of a new sandbox after its demonstration month, as a browser shows them.

Run it as `./farthing pictures`. It writes docs/pictures/*.webp, each under 150 kB.
"""

import io
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser import open_browser

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs/pictures"
MOST_BYTES = 150_000
SCALE = 1.5
START_SECONDS, WORK_SECONDS = 120, 30


@dataclass(frozen=True)
class Picture:
    """A page, and how large the window is that shows it."""

    name: str
    path: str
    size: tuple[int, int]
    dark: bool = False


PICTURES = (
    Picture("campaign", "/c/the-thornby-van", (1280, 900)),
    Picture("home", "/", (1280, 1500)),
    Picture("desk", "/desk", (1280, 1750)),
    Picture("recurring-phone-dark", "/desk/recurring", (390, 844), dark=True),
)


@contextmanager
def running() -> Iterator[tuple[str, str]]:
    """A new sandbox with its demonstration month: its address, and the link that signs in at its desk."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as out:
            command = [sys.executable, "commands.py", "run", "--port", "0", "--var-dir", f"{folder}/var"]
            process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
        try:
            printed = _printed(log, process)
            address = re.search(r"Donors\s+(http://\S+)/", printed)
            link = re.search(r"(http://\S+/desk/\S+)", printed)
            assert address is not None, printed
            assert link is not None, printed
            yield address[1], link[1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _printed(log: Path, process: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if "Twin " in log.read_text():
            return log.read_text()
        time.sleep(0.2)
    raise SystemExit(f"Farthing did not start:\n{log.read_text()}")


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with running() as (address, link), open_browser() as browser:
        time.sleep(WORK_SECONDS)  # the worker reads what the demonstration left to it
        cookies = _signed_in(browser, link)
        for picture in PICTURES:
            size = _take(browser, address, picture, cookies)
            print(f"{picture.name}.webp  {size / 1000:.0f} kB")


def _signed_in(browser: Browser, link: str) -> list[object]:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(link)
    page.locator("main form button").first.click()
    page.wait_for_url("**/desk**")
    cookies: list[object] = list(context.cookies())
    context.close()
    return cookies


def _take(browser: Browser, address: str, picture: Picture, cookies: list[object]) -> int:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=SCALE,
        color_scheme="dark" if picture.dark else "light",
        locale="en-GB",
    )
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address + picture.path)
    page.wait_for_load_state("networkidle")
    size = _save(page, FOLDER / f"{picture.name}.webp")
    context.close()
    return size


def _save(page: Page, path: Path) -> int:
    image = Image.open(io.BytesIO(page.screenshot()))
    for quality in (88, 80, 70, 60, 50):
        image.save(path, quality=quality, method=6)
        if path.stat().st_size < MOST_BYTES:
            break
    return path.stat().st_size


if __name__ == "__main__":
    main()
