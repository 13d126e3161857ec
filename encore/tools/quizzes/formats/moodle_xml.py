"""Moodle XML (docs.moodle.org, "Moodle XML format"), read: <quiz> with a <question type="…"> for each question.

What Moodle has no word for stands in an <encore> element of the question, which Moodle passes over.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from encore.base.reading.errors import FileRefused
from encore.base.reading.trees import Node, Tree
from encore.tools.quizzes.formats import moodle_types as types
from encore.tools.quizzes.formats.cloze import read_cloze, read_words_to_choose
from encore.tools.quizzes.formats.found import Findings, Found, NotTaken, Refused, question, tags_of, titled
from encore.tools.quizzes.formats.gift import path_of
from encore.tools.quizzes.formats.moodle_text import Texts, decimal_of

Reader = Callable[[Node, Texts], dict[str, Any]]
READERS: dict[str, Reader] = {
    "multichoice": types.choice,
    "multichoiceset": types.choice,
    "truefalse": types.true_false,
    "shortanswer": types.short,
    "numerical": types.number,
    "matching": types.matching,
    "essay": types.essay,
    "description": types.passage,
    "calculated": types.calculated,
    "calculatedsimple": types.calculated,
    "calculatedmulti": types.calculated_choice,
    "ordering": types.ordering,
    "cloze": read_cloze,
    "multianswer": read_cloze,
    "gapselect": read_words_to_choose,
    "ddwtos": read_words_to_choose,
}
_POINTS = Decimal("0.0001")


def read_moodle_xml(tree: Tree) -> Findings:
    """Raises FileRefused for XML of another kind."""
    if tree.root.name != "quiz":
        raise FileRefused(_another_kind(tree.root.name))
    findings = Findings(notes=list(tree.notes))
    category: tuple[str, ...] = ()
    for node in tree.root.all("question"):
        kind = node.attributes.get("type", "").strip().lower()
        if kind == "category":
            category = path_of(_inner(node.first("category")))
            continue
        try:
            findings.questions.append(_found(node, kind, category))
        except NotTaken as error:
            name = _inner(node.first("name")) or _inner(node.first("questiontext"))
            findings.refused.append(Refused(node.line, titled(name, "")[:80], str(error)))
    return findings


def _found(node: Node, kind: str, category: tuple[str, ...]) -> Found:
    reader = READERS.get(kind)
    if reader is None:
        raise NotTaken(
            _("There are no questions of the type “%(type)s” here.") % {"type": kind}
            if kind
            else _("It does not say of which type it is.")
        )
    texts = Texts(node)
    body = reader(node, texts)
    asked = node.first("questiontext")
    facts = {
        "text": texts.of(asked) if texts.above is None else texts.above,
        "body": body,
        "points": _points(node, body),
        "feedback": texts.of(node.first("generalfeedback")),
        "tags": tags_of(_inner(tag) for group in node.all("tags") for tag in group.all("tag")),
    }
    if any(_inner(hint) for hint in node.all("hint")):
        texts.say(_("Hints after a wrong try are left out."))
    content = question(**facts)
    title = _inner(node.first("name")) or texts.of(asked)
    return Found(node.line, titled(title, title), content, category, files=texts.files_in(content), notes=texts.notes)


def _points(node: Node, body: dict[str, Any]) -> Decimal:
    """What the question says; a text with gaps that says nothing has as many as its gaps weigh."""
    said = node.value("defaultgrade")
    if said:
        return decimal_of(said).quantize(_POINTS)
    elif body["type"] == "gap":
        return sum((Decimal(gap.get("weight", 1)) for gap in body["gaps"]), Decimal(0))
    else:
        return Decimal(1)


def _inner(node: Node | None) -> str:
    """The text of a node, or of the <text> in it."""
    if node is None:
        return ""
    inner = node.first("text")
    return (inner.text if inner else node.text).strip()


def _another_kind(root: str) -> str:
    if root == "questestinterop" or root.startswith(("assessment", "qti-", "manifest")):
        return _("This is QTI, which is not read here. Export Moodle XML or GIFT instead.")
    else:
        return _("This XML file begins with <%(found)s>. Moodle XML begins with <quiz>.") % {"found": root}
