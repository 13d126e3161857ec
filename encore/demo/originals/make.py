"""Makes the demo's pictures, sheets, sounds and spreadsheets again: `python -m encore.demo.originals.make`.

They are kept in content/ as they are, so that the demo needs neither a browser nor time. Run this after a change here.
"""

from __future__ import annotations

import csv
import io
import math
import wave
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
COURSES = HERE.parent / "content" / "courses"
CHROMIUM = "/usr/bin/chromium"
RATE = 8000  # samples a second; these are beeps


def main() -> None:
    """All of them."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(device_scale_factor=2)
        for source in sorted(HERE.glob("*/*.svg")):
            draw(page, source)
        for source in sorted(HERE.glob("*/*.html")):
            page.goto(source.as_uri())
            page.pdf(path=place_of(source, ".pdf"), prefer_css_page_size=True, print_background=True, tagged=True)
        browser.close()
    sound(COURSES / "FIRE/files/alarm.wav", 14, whoop)
    sound(COURSES / "AID/files/rhythm.wav", 21, compressions)
    for source in sorted(HERE.glob("*/*.csv")):
        workbook(source)


def place_of(source: Path, ending: str) -> Path:
    return COURSES / source.parent.name / "files" / f"{source.stem}{ending}"


def draw(page: Page, source: Path) -> None:
    """A picture at double size, with few colours: these are drawings."""
    page.goto(source.as_uri())
    shot = page.locator("svg").screenshot()
    small = Image.open(io.BytesIO(shot)).convert("RGB").quantize(96, dither=Image.Dither.NONE)
    small.save(place_of(source, ".png"), optimize=True)


def sound(path: Path, seconds: float, level: Callable[[float], float]) -> None:
    """Eight bits, one channel: `level` says how far the membrane stands out at a moment, -1 to 1."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(RATE)
        out.writeframes(bytes(int(127.5 + 110 * level(n / RATE)) for n in range(int(seconds * RATE))))


def whoop(at: float) -> float:
    """The Dutch and Belgian evacuation signal: 500 to 1200 Hz in 3.5 seconds, half a second of silence."""
    into = at % 4
    if into >= 3.5:
        return 0
    phase = 2 * math.pi * (500 * into + 100 * into * into)
    return math.sin(phase) * min(1, into * 20, (3.5 - into) * 20)


def compressions(at: float) -> float:
    """Thirty clicks at 110 a minute, then two long soft tones to breathe with."""
    beat = 60 / 110
    if at < 30 * beat:
        into = at % beat
        return math.sin(2 * math.pi * 880 * into) * math.exp(-into * 40)
    into = (at - 30 * beat) % 2.2
    return 0.5 * math.sin(2 * math.pi * 330 * into) * max(0, math.sin(math.pi * into / 1.2)) if into < 1.2 else 0


def workbook(source: Path) -> None:
    """One sheet from a CSV file with formulas: a bold first row that stays in sight, wrapped cells."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    with source.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter=";"):
            sheet.append([int(cell) if cell.isdecimal() else cell for cell in row])
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E3E9F8")
    for number, column in enumerate(sheet.columns, start=1):
        texts = [str(cell.value or "") for cell in column]
        width = max([len(text) for text in texts if not text.startswith("=")], default=8)
        sheet.column_dimensions[get_column_letter(number)].width = min(40, max(9, width + 2))
        for cell in column:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    book.save(place_of(source, ".xlsx"))


if __name__ == "__main__":
    main()
