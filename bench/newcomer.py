"""A newcomer's clock: from a clean clone to a published campaign with a picture, two groups, and a first gift's letter.

Run it as `./farthing soak newcomer`. It clones this repository, starts it by README's first command, and does in a
browser what a volunteer does, against the twin. It prints each step with its seconds; the answers that were typed or
chosen; and what it all took. A person's thinking is not in it.
"""

import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser import open_browser

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS, LETTER_SECONDS = 300, 120
TITLE, DONOR = "Keep the reading room open", "first.donor@example.org"


@dataclass
class StopWatch:
    """Seconds of each step, and how often somebody pressed and answered."""

    begun: float = field(default_factory=time.perf_counter)
    steps: list[tuple[str, float]] = field(default_factory=list)
    presses: int = 0
    answers: int = 0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step."""
        begun = time.perf_counter()
        yield
        self.steps.append((name, time.perf_counter() - begun))

    @property
    def seconds(self) -> float:
        """What everything took so far."""
        return time.perf_counter() - self.begun


@dataclass
class Volunteer:
    """Somebody at a browser, whose answers and presses are counted."""

    page: Page
    watch: StopWatch

    def answer(self, label: str, value: str) -> None:
        """Type into a field."""
        self.page.get_by_label(label, exact=True).fill(value)
        self.watch.answers += 1

    def press(self, name: str, role: str = "button") -> None:
        """Press a button, or follow a link."""
        self.page.get_by_role("link" if role == "link" else "button", name=re.compile(name)).first.click()
        self.page.wait_for_load_state()
        self.watch.presses += 1

    def see(self, text: str, seconds: float = 30) -> None:
        """Wait until a text stands there."""
        self.page.get_by_text(re.compile(text)).first.wait_for(timeout=seconds * 1000)


@contextmanager
def running(folder: Path, watch: StopWatch) -> Iterator[tuple[str, str]]:
    """A clean clone, started by README's first command: its address, and the one-time link."""
    clone, log = folder / "farthing", folder / "log"
    with watch.step("git clone"):
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    watch.presses += 1
    with watch.step("./farthing run, to the printed addresses"):
        with log.open("wb") as out:
            command = ["./farthing", "run", "--port", "0"]
            process = subprocess.Popen(command, cwd=clone, stdout=out, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_SECONDS
        while "Twin " not in log.read_text() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
    watch.presses += 1
    try:
        address = re.search(r"Donors\s+(http://\S+)/", log.read_text())
        link = re.search(r"(http://\S+/desk/\S+)", log.read_text())
        if address is None or link is None:
            raise SystemExit(f"Farthing did not start:\n{log.read_text()}")
        yield address[1], link[1]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def set_up(volunteer: Volunteer, link: str, picture: Path) -> str:
    """Sign in, make a campaign with a picture and two groups, and publish it; the campaign's address."""
    page, watch = volunteer.page, volunteer.watch
    with watch.step("sign in by the printed link"):
        page.goto(link)
        volunteer.press("Sign in")
    with watch.step("write a campaign"):
        volunteer.press("Campaigns", "link")
        volunteer.press("Make a campaign", "link")
        volunteer.answer("Title", TITLE)
        volunteer.answer("Story", "The reading room closes in spring unless we pay its heating. £8 is one warm day.")
        volunteer.answer("How much, or how many", "1200")
        volunteer.press("Keep as a draft")
    home = page.url
    with watch.step("add a picture"):
        volunteer.press("Add a picture", "link")
        page.get_by_label("Picture", exact=True).set_input_files(picture)
        watch.answers += 1
        volunteer.answer("What it shows", "A lamp in the window of a reading room.")
        volunteer.press("^Save$")
    publish_with_groups(volunteer, home)
    page.goto(home)
    return page.locator("dd a").first.inner_text()


def publish_with_groups(volunteer: Volunteer, home: str) -> None:
    """Publish the campaign at this page of the desk, and add two groups."""
    with volunteer.watch.step("publish it"):
        volunteer.page.goto(home)
        volunteer.press("^Publish$")
    with volunteer.watch.step("add two groups"):
        volunteer.press("Local groups", "link")
        for place in ("Thornby", "Marlbridge"):
            volunteer.answer("Name", place)
            volunteer.press("Add the group")
            volunteer.see(place)


def give(volunteer: Volunteer, campaign: str) -> None:
    """Give ten pounds, as a donor does."""
    page, watch = volunteer.page, volunteer.watch
    with watch.step("give £10, to the thank-you page"):
        page.goto(campaign)
        page.get_by_label("£10", exact=True).check(force=True)
        watch.answers += 1
        volunteer.answer("Email address, for your receipt", DONOR)
        volunteer.press("^Donate")
        volunteer.answer("Name on card", "Rosa Bell")
        volunteer.press("£10.00")
        volunteer.see("Thank you")


def read_letter(volunteer: Volunteer, address: str) -> None:
    """Read the letter of the first gift, in the sandbox's inbox."""
    page = volunteer.page
    with volunteer.watch.step("read its letter"):
        letter = page.get_by_role("link", name=re.compile(f"£10 to {TITLE}"))
        deadline = time.monotonic() + LETTER_SECONDS
        page.goto(f"{address}/sandbox/inbox?to={DONOR}")
        while not letter.count() and time.monotonic() < deadline:
            time.sleep(0.5)
            page.reload()
        letter.click()
        volunteer.watch.presses += 1
        volunteer.see("The same as plain text")


def main() -> None:
    """Measure, and print."""
    watch = StopWatch()
    with tempfile.TemporaryDirectory() as name:
        picture = Path(name) / "lamp.jpg"
        Image.linear_gradient("L").resize((1600, 900)).convert("RGB").save(picture)
        with running(Path(name), watch) as (address, link), open_browser() as browser:
            page = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB").new_page()
            volunteer = Volunteer(page, watch)
            campaign = set_up(volunteer, link, picture)
            give(volunteer, campaign)
            read_letter(volunteer, address)
            print_result(watch)


def print_result(watch: StopWatch) -> None:
    """As lines, or as JSON."""
    result = {
        "steps": {name: round(seconds, 1) for name, seconds in watch.steps},
        "presses": watch.presses,
        "answers": watch.answers,
        "seconds": round(watch.seconds, 1),
    }
    if "--json" in sys.argv:
        print(json.dumps(result, indent=2))
        return
    for name, seconds in watch.steps:
        print(f"{seconds:7.1f} s  {name}")
    print(f"{watch.seconds:7.1f} s  in all: {len(watch.steps)} steps, {watch.presses} presses, {watch.answers} answers")


if __name__ == "__main__":
    main()
