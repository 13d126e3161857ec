"""Take pictures of the pages of the demo, at three widths and in both themes, to look at them all.

  python tests/pictures.py --out pictures                    a demo of its own, every kind of page, every role
  python tests/pictures.py --out pictures --as amina edna    as these people only
  python tests/pictures.py --out pictures --only documents   only pages with this in their address
  python tests/pictures.py --out pictures --address http://127.0.0.1:8000    of a demo that is running already
  python tests/pictures.py --out pictures --check            also say what is wrong with them, as the journeys would

It follows the links that each person finds, and looks at one page of each kind (at several where they differ much).
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser  # noqa: E402

from tests.journeys.browser import TOO_WIDE, Visitor, started_browser  # noqa: E402
from tests.journeys.installation import Installation, installed  # noqa: E402

PASSWORD = "all-hands-on-deck"
PEOPLE = ["nobody", "amina", "chidi", "dolores", "sara", "edna"]
SIZES = {360: 780, 768: 1024, 1440: 900}
THEMES = ["light", "dark"]
STARTS = {"nobody": ["/sign-in/", "/nowhere/"], "amina": ["/", "/nowhere/", "/administration/people/"]}
ALWAYS = ["/", "/profile/", "/search/?q=fire"]
# What a kind of page leaves out of an address, in this order; and how many of a kind are looked at, if not one.
VARIABLE = [
    (r"[0-9a-f]{8}-[0-9a-f-]{27}", "ITEM"),
    (r"(?<=/)\d+(?=/)", "N"),
    (r"(?<=/sessions/N/)[A-Z]\w*(?=/)", "COURSE"),
    (r"(?<=/courses/)[A-Z]\w*(?=/)", "COURSE"),
]
SEVERAL = {"/sessions/N/": 4, "/sessions/N/COURSE/documents/ITEM/": 6, "/administration/sessions/N/": 4}
TELLING = {"by", "mode", "list", "look", "to", "show", "from"}  # parts of a query that make another page
LEFT_OUT = re.compile(r"/files/ITEM|/exports/|\.csv|/health/|/picture|/static/|/links/ITEM/$")  # no pages of ours


def main() -> None:
    options = command_line().parse_args()
    out = Path(options.out)
    with started_browser() as browser:
        if options.address:
            take_all(browser, Installation(options.address.rstrip("/"), {}), out, options)
        else:
            with tempfile.TemporaryDirectory(prefix="encore-pictures-") as folder, installed(Path(folder)) as at:
                at.encore("demo")
                take_all(browser, at, out, options)


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the pictures")
    parser.add_argument("--as", dest="people", nargs="+", default=PEOPLE, metavar="NAME", help=", ".join(PEOPLE))
    parser.add_argument("--only", default="", metavar="TEXT", help="only addresses that contain this")
    parser.add_argument("--address", metavar="URL", help="of a running demo; without it one is made")
    parser.add_argument("--check", action="store_true", help="also accessibility, width and weight of each page")
    return parser


def take_all(browser: Browser, at: Installation, out: Path, options: argparse.Namespace) -> None:
    taken = 0
    for name in options.people:
        context = browser.new_context(reduced_motion="reduce", viewport={"width": 1440, "height": 900})
        visitor = Visitor(context, at)
        if name != "nobody":
            visitor.sign_in(name, PASSWORD)
        for address in kinds_of_pages(visitor, [*STARTS.get(name, []), *ALWAYS]):
            if options.only in address:
                taken += take(visitor, out / name / file_name(address), check=options.check)
        report(visitor.complaints)
        context.close()
    print(f"{taken} pictures in {out}")


def kinds_of_pages(visitor: Visitor, waiting: list[str]) -> Iterator[str]:
    """Every page to look at, open in the browser, as far as links lead to it."""
    met: Counter[str] = Counter()
    known = set(waiting)
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if met[kind] >= SEVERAL.get(kind, 1):
            continue
        visitor.page.goto(visitor.at.address + address)
        if kind_of(visitor.path) != kind:  # it led elsewhere
            address = visitor.path
            kind = kind_of(address)
        if met[kind] >= SEVERAL.get(kind, 1):
            continue
        met[kind] += 1
        for link in links_of(visitor):
            if link not in known and not LEFT_OUT.search(kind_of(link)):
                known.add(link)
                waiting.append(link)
        yield address


def links_of(visitor: Visitor) -> list[str]:
    """Where one can go from here inside of this installation; also from menus that are closed."""
    found = visitor.page.locator("a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    whole = [urljoin(visitor.page.url, href).partition("#")[0] for href in found]
    return [href.removeprefix(visitor.at.address) for href in whole if href.startswith(visitor.at.address)]


def kind_of(address: str) -> str:
    """What pages of one kind have in common: "/sessions/N/COURSE/"."""
    parts = urlsplit(address)
    path = parts.path
    for pattern, word in VARIABLE:
        path = re.sub(pattern, word, path)
    query = [f"{name}={re.sub(r'[0-9]+', 'N', value)}" for name, value in parse_qsl(parts.query) if name in TELLING]
    return "?".join([path, *query[:1]])


def file_name(address: str) -> str:
    return re.sub(r"[^\w=]+", "-", address).strip("-") or "home"


def take(visitor: Visitor, stem: Path, *, check: bool) -> int:
    """Pictures of the page at hand. Gives their number."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    page = visitor.page
    faults = []
    for width, height in SIZES.items():
        for theme in THEMES:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.screenshot(path=f"{stem}--{width}-{theme}.png", full_page=True)
            if check and width == min(SIZES):
                faults += [f"sideways at {width}: {one}" for one in page.evaluate(TOO_WIDE)]
            if check and (width, theme) in ((360, "dark"), (1440, "light")):
                faults += [f"{theme}, {width}: {one}" for one in visitor.axe()]
    if check:
        load = visitor.network.loads[-1]
        if load.html_wire > 30 * 1024 or load.html > 100 * 1024:
            faults.append(f"heavy: {load.html_wire} bytes on the wire, {load.html} of HTML")
    report([f"{page.url}: {fault}" for fault in faults])
    return len(SIZES) * len(THEMES)


def report(faults: list[str]) -> None:
    for fault in faults:
        print(fault, flush=True)


if __name__ == "__main__":
    main()
