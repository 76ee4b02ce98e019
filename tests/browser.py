"""A real Chromium on a real socket: what only a browser can show (blocked forms, focus, contrast)."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from starlette.types import ASGIApp

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Quiet: a test browser talks to nobody but the test's own server.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
# Long, because only a failing test waits so long, and a busy machine is slow.
START_SECONDS, STOP_SECONDS, PAGE_SECONDS = 20, 10, 20
PHONE = (390, 844)
# Chromium writes this line for every 404 and 422; such answers are often what a test wants.
EXPECTED = "Failed to load resource"
# Where scripts run, the parser keeps what is inside <noscript> as text.
SCRIPTED = """() => {
    const box = document.createElement("div");
    box.innerHTML = "<noscript><b></b></noscript>";
    return box.querySelector("b") === null;
}"""


class NoChromium(Exception):
    """The suite's browser is missing; the suite must fail, never skip."""


@contextmanager
def open_browser() -> Iterator[Browser]:
    """The system's Chromium, driven by Playwright. While it is open, its thread cannot use asyncio.run."""
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        raise NoChromium("The browser tests need Chromium: run ./farthing test, or apt-get install chromium")
    expect.set_options(timeout=PAGE_SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Tabs:
    """Opens pages, each in a profile of its own, and remembers what the browser complained of."""

    def __init__(self, browser: Browser, stack: ExitStack) -> None:
        self._browser, self._stack = browser, stack
        self.complaints: list[str] = []

    def __call__(self, *, javascript: bool = True, size: tuple[int, int] = PHONE) -> Page:
        """A blank page, as on a phone unless another `size` (width, height) is named."""
        width, height = size
        context = self._browser.new_context(
            java_script_enabled=javascript, viewport={"width": width, "height": height}, locale="en-GB"
        )
        self._stack.callback(context.close)
        context.set_default_timeout(PAGE_SECONDS * 1000)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.complaints.append(message.text)


@contextmanager
def tabs(browser: Browser) -> Iterator[Tabs]:
    """Pages until the block ends; then the browser must have had nothing to complain of (scripts, CSP)."""
    with ExitStack() as stack:
        opened = Tabs(browser, stack)
        yield opened
    assert not opened.complaints, "\n".join(opened.complaints)


def assert_accessible(page: Page) -> None:
    """Every rule of axe holds for the page as it stands. Axe is a script: it needs a page with JavaScript."""
    assert page.evaluate(SCRIPTED), "open the page with javascript=True: axe would wait for ever"
    found = Axe().run(page).response["violations"]
    sentences = [f"{rule['id']}: {rule['help']}: {', '.join(node['html'] for node in rule['nodes'])}" for rule in found]
    assert not sentences, f"{page.url}\n" + "\n".join(sentences)


@contextmanager
def served(build: Callable[[str], ASGIApp]) -> Iterator[str]:
    """Serve what `build` makes of its own address (http://127.0.0.1:port) until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(build(address), log_config=None, access_log=False, timeout_graceful_shutdown=STOP_SECONDS)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name=f"serving {address}")
        thread.start()
        try:
            _wait_until_started(server, thread)
            yield address
        finally:
            server.should_exit = True
            thread.join(2 * STOP_SECONDS)
            assert not thread.is_alive(), "the server did not stop"


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        assert thread.is_alive(), "the server stopped while starting"
        assert time.monotonic() < deadline, f"the server did not start within {START_SECONDS} s"
        time.sleep(0.01)
