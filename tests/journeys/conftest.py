"""One installation for all journeys, with the people, courses and sessions that every training centre has.

Amina and Boris learn, Chidi coaches, Dolores teaches, Edna administers; Ruth forgets, Zoe is a stranger everywhere,
Vera is careful.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.browser import Visitor, started_browser
from tests.journeys.deeds import add_link, upload, write_page
from tests.journeys.files import pdf, picture
from tests.journeys.installation import Installation, installed

PASSWORD = "a quiet afternoon"
TODAY = date.today()  # noqa: DTZ011  (the sessions last for weeks)
FIRST_DAY, LAST_DAY = TODAY - timedelta(days=10), TODAY + timedelta(days=30)

FILES = {
    "people": f"""\
LastName;FirstName;Email;UserName;Password;Status;ClassId
Haddad;Amina;amina@example.org;amina;{PASSWORD};user;
Novak;Boris;boris@example.org;boris;{PASSWORD};user;
Obi;Chidi;chidi@example.org;chidi;{PASSWORD};user;
Ruiz;Dolores;dolores@example.org;dolores;{PASSWORD};teacher;
Adler;Ruth;ruth@example.org;ruth;{PASSWORD};user;
Zhang;Zoe;zoe@example.org;zoe;{PASSWORD};user;
Weber;Vera;vera@example.org;vera;{PASSWORD};user;
Osei;Kofi;kofi@example.org;kofi;;user;Nurses 2026
Petit;Luc;luc@example.org;luc;;user;Nurses 2026
Quist;Mira;mira@example.org;mira;;user;
Rossi;Nino;nino@example.org;nino;;user;
Sato;Oki;oki@example.org;oki;;user;
""",
    "courses": """\
Code;Title;CourseCategoryName;Teacher;Language
FIRE;Fire safety;Health and safety;dolores;english
AID;First aid;Health and safety;dolores;english
ETHICS;Ethics at work;Conduct;dolores;english
""",
    "sessions": f"""\
SessionName;DateStart;DateEnd;Users;Courses;VisibilityAfterExpiration
Day shift;{FIRST_DAY};{LAST_DAY};amina;FIRE[chidi]|ETHICS;read_only
Paper shift;{FIRST_DAY};{LAST_DAY};amina;FIRE[chidi];read_only
Early shift;{FIRST_DAY};{LAST_DAY};amina;FIRE[chidi];read_only
Night shift;{FIRST_DAY};{LAST_DAY};boris;FIRE[chidi];read_only
Late shift;{FIRST_DAY};{LAST_DAY};boris;FIRE[chidi];read_only
Ends read only;{FIRST_DAY};{LAST_DAY};amina;FIRE[chidi];accessible
Ends open;{FIRST_DAY};{LAST_DAY};amina;FIRE[chidi];read_only
Ends closed;{FIRST_DAY};{LAST_DAY};amina;FIRE[chidi];read_only
Called off;{FIRST_DAY};{LAST_DAY};amina;FIRE[chidi];read_only
""",
}


@pytest.fixture(scope="session")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running installation in which Edna administers; what else is in it came from her files."""
    folder = tmp_path_factory.mktemp("journeys")
    with installed(folder) as installation:
        bring_in(installation, folder)
        yield installation


def bring_in(installation: Installation, folder: Path) -> None:
    edna = ["--username", "edna", "--email", "edna@example.org", "--first-name", "Edna", "--last-name", "Larsen"]
    installation.encore("administrator", *edna, "--password", PASSWORD)
    for kind, text in FILES.items():
        file = folder / f"{kind}.csv"
        file.write_text(text, encoding="utf-8")
        installation.encore("import", kind, file, "--apply", "--create-missing", "--as", "edna")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed before other tests run: as long as Playwright works in this process, Django refuses it the database."""
    with started_browser() as browser:
        yield browser


def come(browser: Browser, at: Installation, name: str, **options) -> Visitor:
    options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **options}
    visitor = Visitor(browser.new_context(**options), at)
    return visitor.sign_in(name, PASSWORD) if name else visitor


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A journey that failed tells what its visitors saw last."""
    report = yield
    if report.when == "call" and report.failed:
        for one in getattr(item, "visitors", []):
            report.sections.append(("What a visitor saw", one.tell()))
    return report


@pytest.fixture
def visitor(at: Installation, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visitor]]:
    """visitor() → somebody at a new browser; visitor("amina") → Amina, signed in. Options are those of Playwright."""
    visitors: list[Visitor] = []
    request.node.visitors = visitors

    def arrive(name: str = "", **options) -> Visitor:
        visitors.append(come(browser, at, name, **options))
        return visitors[-1]

    yield arrive
    for one in visitors:
        one.leave()


@pytest.fixture(scope="package")
def fire(at: Installation, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the course on fire safety, in which Dolores has written.

    Written once for an installation, however often tests of other packages run in between.
    """
    if at.written:
        return at.written
    folder = tmp_path_factory.mktemp("fire")
    dolores = come(browser, at, "dolores")
    write_page(dolores, "/courses/FIRE", "How fires start", "Heat, fuel and air: take one away and the fire goes out.")
    write_page(dolores, "/courses/FIRE", "Leaving the building", "Walk. Do not run, and do not go back for your coat.")
    upload(dolores, "/courses/FIRE", pdf(folder / "Ways out.pdf"), picture(folder / "Extinguisher.png"))
    add_link(dolores, "/courses/FIRE", "The fire brigade", "https://brigade.example.org/")
    dolores.leave()
    at.written = "/courses/FIRE"
    return at.written


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """csv_file("people", ["UserName", …], ["amina", …], …) → a file with these rows."""

    def write(name: str, *rows: list[str]) -> Path:
        path = tmp_path / f"{name}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=";").writerows(rows)
        return path

    return write
