"""What a person marks: longer texts and files. And a text to read, which is no question by itself."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from encore.tools.quizzes.content import Essay, FileUpload, Passage
from encore.tools.quizzes.questions.base import (
    NONE,
    Drawn,
    Marked,
    QuestionType,
    Response,
    Sent,
)

LONGEST = 200_000


class EssayText(QuestionType[Essay]):
    name = "essay"
    label = _("Essay")
    icon = "file-pen-line"
    about = _("A longer text, marked by a person.")
    manual = True
    body = Essay

    def ask(self, body: Essay, drawn: Drawn, text: str) -> dict[str, Any]:
        return {"text": text, "lines": body.lines, "least": body.least_words, "most": body.most_words}

    def read(self, body: Essay, drawn: Drawn, sent: Sent) -> Response:
        given = sent.one().replace("\r\n", "\n")[:LONGEST]
        return {"text": given} if given.strip() and given.strip() != body.template.strip() else {}

    def is_complete(self, body: Essay, response: Response) -> bool:
        count = words_in(response.get("text", ""))
        return count >= (body.least_words or 1) and (body.most_words is None or count <= body.most_words)

    def mark(self, body: Essay, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        return Marked(None if response else NONE)

    def words(self, body: Essay, drawn: Drawn, response: Response) -> str:
        return str(response.get("text", ""))

    def key(self, body: Essay, drawn: Drawn) -> str:
        return ""


class Files(QuestionType[FileUpload]):
    name = "file"
    label = _("File upload")
    icon = "file-up"
    about = _("One or several files, marked by a person.")
    manual = True
    body = FileUpload

    def ask(self, body: FileUpload, drawn: Drawn, text: str) -> dict[str, Any]:
        return {"text": text, "most": body.most_files, "endings": body.endings}

    def read(self, body: FileUpload, drawn: Drawn, sent: Sent) -> Response:
        """Files come by a way of their own (actions.taking): the response names those that are there."""
        names = [name for name in sent.several("files") if name][: body.most_files]
        return {"files": names} if names else {}

    def mark(self, body: FileUpload, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        return Marked(None if response.get("files") else NONE)

    def words(self, body: FileUpload, drawn: Drawn, response: Response) -> str:
        count = len(response.get("files", ()))
        return ngettext("%(n)d file", "%(n)d files", count) % {"n": count} if count else ""

    def key(self, body: FileUpload, drawn: Drawn) -> str:
        return ""


class ReadingPassage(QuestionType[Passage]):
    name = "passage"
    label = _("Reading passage")
    icon = "book-open-text"
    about = _("A text to read, with questions about it.")
    body = Passage

    def read(self, body: Passage, drawn: Drawn, sent: Sent) -> Response:
        return {}

    def mark(self, body: Passage, drawn: Drawn, response: Response, *, negative: bool) -> Marked:
        return Marked(NONE)

    def words(self, body: Passage, drawn: Drawn, response: Response) -> str:
        return ""

    def key(self, body: Passage, drawn: Drawn) -> str:
        return ""


def words_in(text: str) -> int:
    return len(text.split())
