"""A real browser, and visitors who look at each page as strictly as the people who use it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    expect,
    sync_playwright,
)

from tests.journeys.installation import AXE, Installation, dev

KB = 1024
PATIENCE = 20_000  # milliseconds; the machine may be busy with other tests
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FINDINGS = """async (rules) => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ['violations']})
  const told = (one, node) => `${one.id}: ${node.target.join(' ')} – ${node.failureSummary}`
  return found.violations.flatMap(one => one.nodes.map(node => told(one, node)))
}"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= width) return []
  return [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map(one => one.outerHTML.slice(0, 120))
}"""


@contextlib.contextmanager
def started_browser() -> Iterator[Browser]:
    """The machine's Chromium, which dev.py found or installed."""
    path = next(filter(None, map(shutil.which, dev.BROWSERS)), None)
    if not path:
        raise AssertionError("There is no browser. Install one: apt-get install -y --no-install-recommends chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=options)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Load:
    """What one page took to load, as the network saw it."""

    url: str
    requests: int = 1
    wire: int = 0  # of everything
    html_wire: int = 0
    html: int = 0


class Network:
    """Listens to what pages fetch; what they hold themselves (files that were uploaded) does not count."""

    def __init__(self, page: Page):
        self.loads: list[Load] = []
        self._kinds: dict[str, str] = {}
        self._frame = page.context.new_cdp_session(page)
        for name in ("requestWillBeSent", "requestServedFromCache", "dataReceived", "loadingFinished"):
            self._frame.on(f"Network.{name}", getattr(self, f"_{name}"))
        self._main = self._frame.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._frame.send("Network.enable")

    def _requestWillBeSent(self, event: dict[str, Any]) -> None:
        address = event["request"]["url"]
        if event.get("type") == "Document" and event.get("frameId") == self._main:
            self._kinds[event["requestId"]] = "page"
            self.loads.append(Load(address))
        elif self.loads and address.startswith("http") and "/files/" not in address:
            self._kinds[event["requestId"]] = "part"
            self.loads[-1].requests += 1

    def _requestServedFromCache(self, event: dict[str, Any]) -> None:
        if self._kinds.pop(event["requestId"], None):
            self.loads[-1].requests -= 1

    def _dataReceived(self, event: dict[str, Any]) -> None:
        if self._kinds.get(event["requestId"]) == "page":
            self.loads[-1].html += event["dataLength"]

    def _loadingFinished(self, event: dict[str, Any]) -> None:
        kind = self._kinds.get(event["requestId"])
        if kind:
            self.loads[-1].wire += int(event["encodedDataLength"])
        if kind == "page":
            self.loads[-1].html_wire += int(event["encodedDataLength"])


class Visitor:
    """Somebody at a browser: `page` is Playwright's. What the browser complains about fails the test at the end."""

    def __init__(self, context: BrowserContext, at: Installation):
        context.set_default_timeout(PATIENCE)
        self.context, self.at = context, at
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.network = Network(self.page)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # A page that was refused is an answer like others; what it fetches must be there.
        whole_page = message.location.get("url", "").split("#")[0] in {load.url for load in self.network.loads}
        if not (whole_page and re.match(r"Failed to load resource.* status of 4\d\d", message.text)):
            self.complaints.append(f"{self.page.url}: {message.text}")

    # Going.

    def open(self, address: str, status: int = 200) -> Response:
        """Type an address of this installation."""
        answer = self.page.goto(address if "://" in address else self.at.address + address)
        assert answer is not None
        assert answer.status == status, f"{address}: {answer.status} instead of {status}"
        return answer

    def sign_in(self, name: str, password: str) -> Visitor:
        self.open("/sign-in/")
        self.fill("Username or e-mail", name)
        self.fill("Password", password)
        self.press("Sign in")
        expect(self.page.get_by_role("button", name="Your menu:")).to_be_visible()
        return self

    # Doing.

    def field(self, label: str) -> Locator:
        """The field under this label, which may go on to say that it is required."""
        labelled = self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*(required)?\s*$"))
        return labelled.and_(self.page.locator("input, select, textarea"))

    def fill(self, label: str, value: str) -> None:
        self.field(label).fill(value)

    def write(self, text: str, field: str = "Text") -> None:
        """Type into the editor, once it has come."""
        expect(self.page.get_by_role("toolbar", name="Format")).to_be_visible()
        box = self.page.get_by_role("textbox", name=field, exact=True)
        box.focus()
        expect(box).to_be_focused()
        self.page.keyboard.insert_text(text)
        expect(box).to_contain_text(text)

    def tick(self, label: str) -> None:
        self.field(label).check()

    def press(self, name: str) -> None:
        """Press the button, and wait for the page that answers."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def follow(self, name: str) -> None:
        """Follow the link, and wait for the page it leads to. The menu comes first on each page, so the last one."""
        self.page.get_by_role("link", name=name, exact=True).last.click()
        self.page.wait_for_load_state()

    def choose(self, entry: str, of: str) -> None:
        """Open the menu of that thing and take an entry, be it a link or a button."""
        self.page.get_by_role("button", name=re.compile(rf"^\w+\s*: {re.escape(of)}$")).click()
        panel = self.page.locator(".menu-panel:popover-open")
        panel.get_by_text(entry, exact=True).click()
        self.page.wait_for_load_state()

    def leave(self) -> None:
        """Close the browser. What it complained about on the way is an error of the pages."""
        self.context.close()
        self.weigh()
        assert self.complaints == []

    # Seeing.

    @property
    def path(self) -> str:
        """Where they are, without the host."""
        return self.page.url.removeprefix(self.at.address)

    def sees(self, *words: str) -> Visitor:
        """All these words stand on the page, in sight."""
        for one in words:
            expect(self.content.get_by_text(one).first).to_be_visible()
        return self

    def sees_not(self, *words: str) -> Visitor:
        """None of these words stands on the page. Ask for something that is there first: an empty page has no words."""
        for one in words:
            expect(self.content.get_by_text(one)).to_have_count(0)
        return self

    @property
    def content(self) -> Locator:
        return self.page.get_by_role("main")

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    def tell(self) -> str:
        """What they have before their eyes, for the report of a failure."""
        return f"{self.page.url}\n{self.page.locator('body').aria_snapshot()[:4000]}"

    def look(self) -> Visitor:
        """The page passes: accessible in both themes, nothing sideways on a phone, light enough, no complaint."""
        wide, narrow = self.page.viewport_size, {"width": 360, "height": 780}
        for theme, size in (("light", wide), ("dark", narrow)):
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            self.page.set_viewport_size(size)
            assert self.page.evaluate(TOO_WIDE) == [], f"{self.page.url} scrolls sideways at {size['width']} pixels"
            assert self.axe() == [], f"{self.page.url}, {theme}, at {size['width']} pixels"
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.page.set_viewport_size(wide)
        self.weigh()
        assert self.complaints == []
        return self

    def axe(self) -> list[str]:
        """What axe-core finds wrong."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text())
        return self.page.evaluate(FINDINGS, AXE_RULES)

    def weigh(self) -> None:
        """No page is heavier than was promised."""
        for load in self.network.loads:
            assert load.html_wire <= 30 * KB, f"{load.url}: {load.html_wire} bytes on the wire"
            assert load.html <= 100 * KB, f"{load.url}: {load.html} bytes of HTML"

    def weigh_first_visit(self) -> None:
        """The very first page, with everything it brings along."""
        first = self.network.loads[0]
        assert first.wire <= 150 * KB, f"{first.url}: {first.wire} bytes on the first visit"
        assert first.requests <= 12, f"{first.url}: {first.requests} requests on the first visit"
