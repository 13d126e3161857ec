"""Moodle XML, written: what Encore reads back unchanged, and other systems read as well as they can."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _

from encore.tools.quizzes import content as c
from encore.tools.quizzes.formats.cloze import written_gaps
from encore.tools.quizzes.formats.found import Attachment, NotTaken, ToWrite, Written
from encore.tools.quizzes.formats.gift import written_path
from encore.tools.quizzes.formats.moodle_text import ABOVE, OWN, WILD
from encore.tools.quizzes.questions.numerals import plain

TYPES = {
    "single": "multichoice",
    "multiple": "multichoice",
    "true_false": "truefalse",
    "gap": "cloze",
    "matching": "matching",
    "ordering": "ordering",
    "short": "shortanswer",
    "number": "numerical",
    "calculated": "calculated",
    "essay": "essay",
    "file": "essay",
    "passage": "description",
}
GRADING = {"place": "ABSOLUTE_POSITION", "neighbours": "RELATIVE_NEXT_EXCLUDE_LAST", "all_or_nothing": "ALL_OR_NOTHING"}
ITEMS = 10  # values of a variable that Moodle draws from
_NAMED = re.compile(r'(src|href)="file:([0-9a-f-]{36})"')
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_moodle_xml(questions: Iterable[ToWrite]) -> Written:
    """Each with its files. What Moodle has no type for is left out, and said."""
    written, parts, category = Written(), list[str](), None
    for each in questions:
        try:
            said = _Writer(each).question()
        except NotTaken as error:
            written.left_out.append((each.title, str(error)))
            continue
        if tuple(each.category) != category:
            category = tuple(each.category)
            parts.append(f'<question type="category"><category>{_text(written_path(category))}</category></question>')
        parts.append(said)
        written.count += 1
        written.notes += [(each.title, note) for note in _lost(each.content)]
    written.text = '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n' + "\n\n".join(parts) + "\n</quiz>\n"
    return written


def _lost(content: c.Question) -> Iterator[str]:
    """What other systems will not see of it; Encore does."""
    match content.body:
        case c.Single(look="dropdown"):
            yield _("Moodle shows it as a list instead of a drop-down.")
        case c.Multiple(scoring="all_or_nothing"):
            yield _("Moodle needs the plugin “All-or-nothing multiple choice” for it.")
        case c.Numeric(values=values) if any(value.relative for value in values):
            yield _("For Moodle, a tolerance in parts of the value is written as a number.")
        case c.Passage(questions=[_first, *_others]):
            yield _("It no longer says which questions belong to it.")


class _Writer:
    """Writes one question."""

    def __init__(self, each: ToWrite) -> None:
        self.each, self.content, self.body = each, each.content, each.content.body
        self.extras: dict[str, str] = {}

    def question(self) -> str:
        inner = [*self._inner()]  # first, since it says what else is needed
        kind = TYPES[self.body.type]
        if isinstance(self.body, c.Multiple) and self.body.scoring == "all_or_nothing":
            kind = "multichoiceset"
        rows = [
            f'<question type="{kind}">',
            f"<name>{_text(self.each.title)}</name>",
            self.rich("questiontext", self._asked()),
            self.rich("generalfeedback", self.content.feedback),
            f"<defaultgrade>{plain(self.content.points)}</defaultgrade>",
            "<penalty>0</penalty>",
            "<hidden>0</hidden>",
            *inner,
        ]
        if self.content.tags:
            rows.append("<tags>" + "".join(f"<tag>{_text(tag)}</tag>" for tag in self.content.tags) + "</tags>")
        if self.extras:
            own = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in self.extras.items())
            rows.append(f"<{OWN}>{own}</{OWN}>")
        return "\n".join([*rows, "</question>"])

    def _asked(self) -> str:
        above = f'<div class="{ABOVE}">{self.content.text}</div>' if self.content.text else ""
        match self.body:
            case c.TrueFalse(statements=[only]):
                return above + only.text
            case c.GapText() as body:
                return above + written_gaps(body.text, body.gaps, match_case=body.match_case)
            case _:
                return self.content.text

    def _inner(self) -> Iterator[str]:
        match self.body:
            case c.Single() | c.Multiple() as body:
                yield from self._choice(body)
            case c.TrueFalse(statements=[only]) as body:
                if body.penalty:
                    self.extras["penalty"] = plain(body.penalty)
                for truth in (True, False):
                    said = only.praise if truth == only.is_true else only.feedback
                    yield self._answer(escape(str(truth).lower()), Decimal(truth == only.is_true), said)
            case c.TrueFalse():
                raise NotTaken(_("Moodle has one statement to a question, no series."))
            case c.GapText():
                return  # all of it is in the text
            case c.Matching() as body:
                yield f"<shuffleanswers>{str(body.shuffle).lower()}</shuffleanswers>"
                for left, right in [*((p.left, p.right) for p in body.pairs), *(("", one) for one in body.others)]:
                    yield self.rich("subquestion", left, f"<answer>{_text(right)}</answer>")
            case c.Ordering() as body:
                yield "<layouttype>VERTICAL</layouttype><selecttype>ALL</selecttype><selectcount>0</selectcount>"
                yield f"<gradingtype>{GRADING[body.scoring]}</gradingtype>"
                for place, step in enumerate(body.steps, start=1):
                    yield self.rich("answer", step.text, fraction=str(place))
            case c.Short() as body:
                yield f"<usecase>{int(body.match_case)}</usecase>"
                for one in body.accepted:
                    yield self._answer(_cdata(one.text), one.fraction, one.feedback)
            case c.Numeric() as body:
                yield from self._number(body)
            case c.Calculated() as body:
                yield from self._calculated(body)
            case c.Essay() | c.FileUpload() as body:
                yield from self._written(body)

    def _choice(self, body: c.Single | c.Multiple) -> Iterator[str]:
        yield f"<single>{str(isinstance(body, c.Single)).lower()}</single>"
        yield f"<shuffleanswers>{str(body.shuffle).lower()}</shuffleanswers>"
        yield "<answernumbering>abc</answernumbering>"
        if isinstance(body, c.Single) and body.look != "list":
            self.extras["look"] = body.look
        for option in body.options:
            feedback = self.rich("feedback", option.feedback)
            yield self.rich("answer", option.text, feedback, fraction=_percent(option.fraction))

    def _number(self, body: c.Numeric) -> Iterator[str]:
        if any(value.relative for value in body.values):
            self.extras["relative"] = " ".join(plain(v.tolerance) if v.relative else "-" for v in body.values)
        for value in body.values:
            margin = abs(value.value) * value.tolerance if value.relative else value.tolerance
            tolerance = f"<tolerance>{plain(margin)}</tolerance>"
            yield self._answer(plain(value.value), value.fraction, value.feedback, tolerance)
        yield from self._units(body)

    def _calculated(self, body: c.Calculated) -> Iterator[str]:
        """Moodle needs values to draw from: some from each range, evenly spread."""
        if WILD.search(self.content.text):
            raise NotTaken(_("Its text holds braces that Moodle would take for a formula."))
        yield "<synchronize>0</synchronize>"
        length = f"<correctanswerlength>{2 if body.decimals is None else body.decimals}</correctanswerlength>"
        yield self._answer(
            escape(body.formula),
            Decimal(1),
            "",
            f"<tolerance>{plain(body.tolerance)}</tolerance><tolerancetype>{1 if body.relative else 2}</tolerancetype>"
            f"<correctanswerformat>{1 if body.decimals is not None else 2}</correctanswerformat>{length}",
        )
        yield from self._units(body)
        yield "<dataset_definitions>"
        for variable in body.variables:
            yield _dataset(variable)
        yield "</dataset_definitions>"

    def _units(self, body: c.Numeric | c.Calculated) -> Iterator[str]:
        yield f"<unitgradingtype>{int(bool(body.units))}</unitgradingtype>"
        yield f"<unitpenalty>{plain(body.unit_share)}</unitpenalty>"
        yield f"<showunits>{1 if body.units else 3}</showunits><unitsleft>0</unitsleft>"
        if body.units:
            units = (
                f"<unit><multiplier>{plain(unit.factor)}</multiplier><unit_name>{escape(unit.name)}</unit_name></unit>"
                for unit in body.units
            )
            yield "<units>" + "".join(units) + "</units>"

    def _written(self, body: c.Essay | c.FileUpload) -> Iterator[str]:
        essay = isinstance(body, c.Essay)
        yield f"<responseformat>{'plain' if essay else 'noinline'}</responseformat>"
        yield f"<responserequired>{int(essay)}</responserequired>"
        yield f"<attachments>{0 if isinstance(body, c.Essay) else body.most_files}</attachments>"
        yield self.rich("graderinfo", body.guidance)
        if isinstance(body, c.Essay):
            yield f"<responsefieldlines>{body.lines}</responsefieldlines>"
            yield f"<minwordlimit>{body.least_words or ''}</minwordlimit>"
            yield f"<maxwordlimit>{body.most_words or ''}</maxwordlimit>"
            yield f'<responsetemplate format="plain_text"><text>{_cdata(body.template)}</text></responsetemplate>'
        else:
            yield "<attachmentsrequired>1</attachmentsrequired>"
            yield f"<filetypeslist>{','.join(f'.{ending}' for ending in body.endings)}</filetypeslist>"

    def _answer(self, text: str, fraction: Decimal, feedback: str, more: str = "") -> str:
        said = self.rich("feedback", feedback)
        kind = 'format="moodle_auto_format"'
        return f'<answer fraction="{_percent(fraction)}" {kind}><text>{text}</text>{said}{more}</answer>'

    def rich(self, name: str, html: str, more: str = "", **attributes: str) -> str:
        """An element with HTML in it, and the files that it names beside it."""
        told = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        text, files = self._with_files(html)
        return f'<{name}{told} format="html"><text>{_cdata(text)}</text>{files}{more}</{name}>'

    def _with_files(self, html: str) -> tuple[str, str]:
        names: dict[str, Attachment] = {}

        def named(match: re.Match[str]) -> str:
            file = self.each.file_of(UUID(match[2]))
            if file is None:
                return match[0]
            name = _free_name(file, names)
            names[name] = file
            return f'{match[1]}="@@PLUGINFILE@@/{quote(name)}"'

        text = _NAMED.sub(named, html)
        files = (
            f'<file name={quoteattr(name)} path="/" encoding="base64">{base64.b64encode(file.data).decode()}</file>'
            for name, file in names.items()
        )
        return text, "".join(files)


def _free_name(file: Attachment, taken: dict[str, Attachment]) -> str:
    """Two files of one text have two names; the same file keeps its own."""
    name, number = file.name, 1
    while name in taken and taken[name].uuid != file.uuid:
        number += 1
        name = f"{number}-{file.name}"
    return name


def _dataset(variable: c.Variable) -> str:
    items = "".join(
        f"<dataset_item><number>{n}</number><value>{plain(value)}</value></dataset_item>"
        for n, value in enumerate(_spread(variable), start=1)
    )
    return (
        f"<dataset_definition><status>{_text('private')}</status><name>{_text(variable.name)}</name>"
        f"<type>calculated</type><distribution>{_text('uniform')}</distribution>"
        f"<minimum>{_text(plain(variable.low))}</minimum><maximum>{_text(plain(variable.high))}</maximum>"
        f"<decimals>{_text(str(variable.decimals))}</decimals><itemcount>{ITEMS}</itemcount>"
        f"<dataset_items>{items}</dataset_items><number_of_items>{ITEMS}</number_of_items></dataset_definition>"
    )


def _spread(variable: c.Variable) -> Sequence[Decimal]:
    step = (variable.high - variable.low) / (ITEMS - 1)
    return [round(variable.low + step * n, variable.decimals) for n in range(ITEMS)]


def _percent(fraction: Decimal) -> str:
    return plain(fraction * 100)


def _text(text: Any) -> str:
    return f"<text>{escape(_NOT_XML.sub('', str(text)))}</text>"


def _cdata(text: str) -> str:
    """Text that holds markup as it stands; what XML cannot hold at all is left out."""
    text = _NOT_XML.sub("", text)
    if not re.search(r"[<>&\r]", text):
        return text
    parts = text.replace("]]>", "]]]]><![CDATA[>").split("\r")  # which XML would read as another line end
    return "&#13;".join(f"<![CDATA[{part}]]>" for part in parts)
