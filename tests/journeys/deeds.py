"""What people do in several journeys, through the pages."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.browser import Visitor


def write_page(writer: Visitor, place: str, title: str, text: str) -> None:
    """Write a page among the documents of a place and publish it."""
    writer.open(f"{place}/documents/new/page/")
    writer.fill("Title", title)
    writer.write(text)
    writer.press("Save and publish")
    writer.sees(title)


def upload(writer: Visitor, place: str, *files: Path) -> None:
    """Add files to the documents of a place."""
    writer.open(f"{place}/documents/files/")
    writer.field("Files").set_input_files(files)
    writer.press("Add and publish")
    writer.sees(*(file.stem for file in files))


def add_link(writer: Visitor, place: str, title: str, address: str) -> None:
    writer.open(f"{place}/links/new/link/")
    writer.fill("Address", address)
    writer.fill("Title", title)
    writer.press("Save and publish")
    writer.sees(title)


def find_session(administrator: Visitor, title: str) -> str:
    """Look a session up in the list. Gives the address of its overview."""
    administrator.open(f"/administration/sessions/?q={title}")
    administrator.follow(title)
    return administrator.path
