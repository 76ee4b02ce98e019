"""Donors and attackers for `bench.launch`: each does over HTTP what a browser does, with the form's own fields."""

import asyncio
import html
import json
import re
import time
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urljoin

import httpx2

PATIENCE = 120.0  # seconds after which a donor would have gone
HALL = "203.0.113.7"  # all donors sit behind one address
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?')
_PUZZLE = re.compile(r'data-puzzle="([^"]*)"')


@dataclass
class LaunchTally:
    """What happened to donors and attackers."""

    waits: list[float] = field(default_factory=list)  # from sending the form to Stripe's page
    thanked: int = 0
    refused: list[str] = field(default_factory=list)
    puzzles: int = 0
    queued: int = 0
    attacks: int = 0
    attackers_sessions: int = 0
    attackers_errors: int = 0


@dataclass
class Visitor:
    """Somebody at a network address, who fills in the form of a campaign."""

    client: httpx2.AsyncClient
    address: str
    campaign: str
    tally: LaunchTally

    async def get(self, url: str) -> httpx2.Response:
        """A page."""
        return await self._ask("GET", url)

    async def post(self, url: str, fields: dict[str, str]) -> httpx2.Response:
        """A form that is sent."""
        return await self._ask("POST", url, fields)

    async def give(self, number: int) -> None:
        """The whole loop: page, form, queue or puzzle if they come, payment, thanks."""
        try:
            page = await self.get(self.campaign)
            await self._pay(await self._reach_stripe(_form_fields(page.text, number)), number)
        except (httpx2.HTTPError, TimeoutError, AssertionError) as error:
            self.tally.refused.append(f"donor {number}: {type(error).__name__} {error}")

    async def attack(self, number: int) -> None:
        """A form without a page, and without solving anything."""
        self.tally.attacks += 1
        try:
            answer = await self.post(f"{self.campaign}/give", _form_fields("", number, "attack"))
        except httpx2.HTTPError:
            self.tally.attackers_errors += 1
            return
        self.tally.attackers_sessions += answer.status_code == 303
        self.tally.attackers_errors += answer.status_code >= 500

    async def _ask(self, method: str, url: str, fields: dict[str, str] | None = None) -> httpx2.Response:
        """Ask again on a new connection when the server has just closed the old one, as browsers do."""
        headers = {"x-forwarded-for": self.address}
        try:
            return await self.client.request(method, url, data=fields, headers=headers)
        except (httpx2.ReadError, httpx2.RemoteProtocolError):
            return await self.client.request(method, url, data=fields, headers=headers)

    async def _reach_stripe(self, fields: dict[str, str]) -> str:
        """Send the form, solve what is asked, wait in the queue; the address of Stripe's page."""
        began, has_queued = time.perf_counter(), False
        answer = await self.post(f"{self.campaign}/give", fields)
        while time.perf_counter() - began < PATIENCE:
            if answer.status_code == 200 and (puzzle := _PUZZLE.search(answer.text)):
                self.tally.puzzles += 1
                solution = await asyncio.to_thread(_solve, html.unescape(puzzle[1]))
                answer = await self.post(f"{self.campaign}/give", _hidden(answer.text) | {"solution": solution})
            elif answer.status_code == 303 and "/checkout/" in answer.headers["location"]:
                self.tally.waits.append(time.perf_counter() - began)
                self.tally.queued += has_queued
                return str(answer.headers["location"])
            elif answer.status_code in (200, 303) and "/payment/" in str(answer.headers.get("location", answer.url)):
                has_queued = True
                await asyncio.sleep(1)
                answer = await self.get(urljoin(self.campaign, answer.headers.get("location", str(answer.url))))
            else:
                raise AssertionError(f"{answer.status_code} instead of a payment page")
        raise TimeoutError("waited too long")

    async def _pay(self, page: str, number: int) -> None:
        card = {"card": "4242424242424242", "email": f"donor{number}@example.org", "name": "A Donor"}
        assert (await self.get(page)).status_code == 200, "Stripe's page"
        back = await self.post(page, card)
        assert back.status_code == 303, f"paying: {back.status_code}"
        began = time.perf_counter()
        while time.perf_counter() - began < PATIENCE:
            thanks = await self.get(back.headers["location"])
            if 'data-state="received"' in thanks.text or "has arrived" in thanks.text:
                self.tally.thanked += 1
                return
            await asyncio.sleep(1)
        raise TimeoutError("no thanks")


def _form_fields(page: str, number: int, name: str = "donor") -> dict[str, str]:
    form = page.partition('<form id="giving"')[2].partition("</form>")[0]
    typed = {"amount": "other", "other_amount": "5", "email": f"{name}{number}@example.org", "interval": "once"}
    return _hidden(form) | typed


def _hidden(page: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(page)}


def _solve(text: str) -> str:
    puzzle = json.loads(text)
    for number in range(puzzle["maxnumber"] + 1):
        if sha256(f"{puzzle['salt']}{number}".encode()).hexdigest() == puzzle["challenge"]:
            return b64encode(json.dumps(puzzle | {"number": number}).encode()).decode()
    raise AssertionError("a puzzle without a solution")
