r"""GIFT, the text format of Moodle (docs.moodle.org, "GIFT format"): read and written.

    ::name:: [html] text { answers } more text      // a comment to the end of its line

Questions are parted by empty lines. ~ = # { } : and \ are written with a backslash before them, \n is a new line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from encore.base.html import plain_text
from encore.tools.quizzes.content import (
    Accepted,
    Calculated,
    Essay,
    Matching,
    Multiple,
    Numeric,
    Option,
    Question,
    Short,
    Single,
    TrueFalse,
    Value,
)
from encore.tools.quizzes.formats.found import (
    Findings,
    Found,
    NotTaken,
    Refused,
    ToWrite,
    Written,
    as_share,
    evened,
    keys,
    question,
    rich,
    tags_of,
    titled,
)
from encore.tools.quizzes.questions.numerals import number_in, plain

BLANK = "_____"  # stands for the gap in a question whose text goes on after the answers
FORMATS = ("html", "markdown", "plain", "moodle")
_ESCAPE = re.compile(r"\\([\\~=#{}:n])")
_HIDDEN = {sign: chr(0xE000 + place) for place, sign in enumerate("\\~=#{}:n")}  # private letters, one for each
_SHOWN = {letter: ("\n" if sign == "n" else sign) for sign, letter in _HIDDEN.items()}
_TAG = re.compile(r"\[tag:([^\]\[<>]+)\]")
_NAME = re.compile(r"^::(.*?)::", re.S)
_FORM = re.compile(r"^\s*\[(html|markdown|plain|moodle)\]")
_PERCENT = re.compile(r"^%(-?\d+(?:\.\d+)?)%")
_TRUTH = re.compile(r"^(t|true|f|false)\b", re.I)
_WRITTEN = re.compile(r"([\\~=#{}:])")
_FILE = re.compile(r"""<img\b[^>]*src="file:[^>]*>|(?<=<a )href="file:[^"]*" ?""")


@dataclass
class Block:
    line: int
    text: str
    tags: Sequence[str] = ()


@dataclass
class Given:
    """One answer between the braces. `sign`: = or ~ ; `share`: what stands between %, if anything."""

    sign: str
    text: str
    share: Decimal | None
    feedback: str


def read_gift(text: str) -> Findings:
    findings = Findings()
    category: tuple[str, ...] = ()
    for block in _blocks(text):
        if block.text.startswith("$CATEGORY:"):
            category = path_of(block.text.removeprefix("$CATEGORY:").split("\n")[0].strip())
            block = Block(block.line + 1, block.text.partition("\n")[2].strip(), block.tags)
            if not block.text:
                continue
        try:
            title, content, notes = _question(block)
            findings.questions.append(Found(block.line, title, content, category, notes=notes))
        except NotTaken as error:
            name, text = _taken(_NAME, block.text)
            findings.refused.append(Refused(block.line, titled(_shown(name), _shown(text))[:80], str(error)))
    return findings


def path_of(text: str) -> tuple[str, ...]:
    """The categories of a Moodle path, without its own words for the place; // is a slash in a name."""
    parts = [part.strip().replace("\0", "/") for part in text.replace("//", "\0").split("/")]
    return tuple(part for part in parts if part and part != "top" and not re.fullmatch(r"\$\w+\$", part))


def _blocks(text: str) -> Iterator[Block]:
    """Questions: parted by empty lines, not those between braces. Comments are gone but for tags, escapes hidden."""
    lines, begun, depth, tags = list[str](), 0, 0, list[str]()
    rows = text.split("\n")
    for number, raw in enumerate(rows, start=1):
        line = _ESCAPE.sub(lambda match: _HIDDEN[match[1]], raw)
        if line.lstrip().startswith("//"):
            tags += [tag.strip() for tag in _TAG.findall(line)] if not lines else []
            continue
        ends = not line.strip() and (depth <= 0 or _begins(rows[number:]))
        starts_another = depth <= 0 and lines and line.startswith(("::", "$CATEGORY:")) and _is_whole(lines)
        if (ends or starts_another) and lines:
            yield Block(begun, "\n".join(lines).strip(), tags)
            lines, depth, tags = [], 0, []
        if line.strip():
            begun = begun if lines else number
            lines.append(line)
            depth += line.count("{") - line.count("}")
        elif lines:
            lines.append("")
    if lines:
        yield Block(begun, "\n".join(lines).strip(), tags)


def _begins(rows: Sequence[str]) -> bool:
    """Whether the next lines are another question, so that a brace left open does not swallow the rest of the file."""
    following = next((row for row in rows if row.strip() and not row.lstrip().startswith("//")), "")
    return following.startswith(("::", "$CATEGORY:")) or "{" in _ESCAPE.sub("", following)


def _is_whole(lines: list[str]) -> bool:
    return any("}" in line for line in lines) or lines[0].startswith("$CATEGORY:")


def _question(block: Block) -> tuple[str, Question, list[str]]:
    name, text = _taken(_NAME, block.text)
    form, text = _form_of(text.strip(), "moodle")
    before, inside, after = _cut(text)
    if inside is None:
        raise NotTaken(_("There are no answers in braces: a text alone is no question."))
    inside, _sign, general = inside.partition("####")
    asked = f"{before.rstrip()} {BLANK} {after.lstrip()}".strip() if after.strip() else before.strip()
    shown = rich(_shown(asked), form)
    if not plain_text(shown) and "<img" not in shown:
        raise NotTaken(_("There is no text before the answers."))
    body, notes = _body(inside.strip(), form, shown)
    stated = body["type"] == "true_false"  # the text is the statement
    facts = {"text": "" if stated else shown, "body": body, "feedback": _feedback(general, form)}
    return titled(_shown(name), shown), question(**facts, tags=tags_of(block.tags)), notes


def _cut(text: str) -> tuple[str, str | None, str]:
    start, end = text.find("{"), text.rfind("}")
    if start < 0:
        return text, None, ""
    if end < start:
        raise NotTaken(_("The brace that opens the answers is never closed."))
    if "{" in text[start + 1 : end]:
        raise NotTaken(_("There are braces within the answers. A brace that is meant as one is written \\{."))
    return text[:start], text[start + 1 : end], text[end + 1 :]


def _body(inside: str, form: str, asked: str) -> tuple[dict[str, Any], list[str]]:
    if not inside:
        return {"type": "essay"}, []
    elif inside.startswith("#"):
        return _numeric(inside[1:].strip(), form)
    elif _TRUTH.match(inside) and "=" not in inside.split("#")[0]:
        return _true_false(inside, form, asked), []
    answers = list(_answers(inside))
    if not answers:
        raise NotTaken(_("The answers begin with neither = nor ~."))
    if all(answer.sign == "=" and "->" in answer.text for answer in answers):
        return _matching(answers, form)
    elif all(answer.sign == "=" for answer in answers):
        return _short(answers, form), []
    else:
        return _choice(answers, form), []


def _answers(inside: str) -> Iterator[Given]:
    """An answer begins with = or ~ and goes on to the next."""
    for part in re.findall(r"[=~][^=~]*", inside):
        text, _sign, feedback = part[1:].partition("#")
        percent, text = _taken(_PERCENT, text.strip())
        yield Given(part[0], text.strip(), as_share(percent) if percent else None, feedback.strip())


def _choice(answers: list[Given], form: str) -> dict[str, Any]:
    """One = (or a full share) among them: a single choice. Only shares: several are right."""
    single = any(answer.sign == "=" for answer in answers)
    given = zip(keys(), answers, strict=False)
    options = [
        {
            "id": key,
            "text": _rich(answer.text, form),
            "fraction": answer.share if answer.share is not None else Decimal(answer.sign == "="),
            "feedback": _feedback(answer.feedback, form),
        }
        for key, answer in given
    ]
    if not single:
        evened(options)
    return {"type": "single" if single else "multiple", "options": options}


def _short(answers: list[Given], form: str) -> dict[str, Any]:
    accepted = [
        {
            "text": _plain(answer.text),
            "fraction": Decimal(1) if answer.share is None else answer.share,
            "feedback": _feedback(answer.feedback, form),
        }
        for answer in answers
    ]
    return {"type": "short", "accepted": accepted}


def _matching(answers: list[Given], form: str) -> tuple[dict[str, Any], list[str]]:
    """A pair without a left part is a further right part that belongs to none."""
    split = [tuple(part.strip() for part in answer.text.split("->", 1)) for answer in answers]
    pairs = [
        {"id": key, "left": _rich(left, form), "right": _shown(right)}
        for key, (left, right) in zip(keys(), [pair for pair in split if _form_of(pair[0], "")[1]], strict=False)
    ]
    others = [_shown(right) for left, right in split if not _form_of(left, "")[1]]
    notes = [_("Comments on single pairs are left out.")] if any(answer.feedback for answer in answers) else []
    return {"type": "matching", "pairs": pairs, "others": others}, notes


def _true_false(inside: str, form: str, asked: str) -> dict[str, Any]:
    """After the truth: what is said to who is wrong, then what is said to who is right."""
    truth, *said = (part.strip() for part in inside.split("#"))
    feedback, praise, *_more = [*said, "", ""]
    words = {"feedback": _feedback(feedback, form), "praise": _feedback(praise, form)}
    statement = {"id": "p1", "text": asked, "is_true": truth.lower() in ("t", "true"), **words}
    return {"type": "true_false", "statements": [statement]}


def _numeric(inside: str, form: str) -> tuple[dict[str, Any], list[str]]:
    inside, _sign, otherwise = inside.partition("~")
    notes = [_("What is said to all other answers is left out.")] if otherwise.strip(" #\n\t") else []
    if not inside.startswith("="):
        number, _sign, feedback = inside.partition("#")
        return {"type": "number", "values": [{**_value(number), "feedback": _feedback(feedback, form)}]}, notes
    values = [
        {
            **_value(answer.text),
            "fraction": Decimal(1) if answer.share is None else answer.share,
            "feedback": _feedback(answer.feedback, form),
        }
        for answer in _answers(inside)
        if answer.text
    ]
    return {"type": "number", "values": values}, notes


def _value(text: str) -> dict[str, Decimal]:
    """3, 3:0.5 (give or take) or 2.5..3.5 (between)."""
    text = _shown(text).strip()
    if ".." in text:
        low, high = (_number(part) for part in text.split("..", 1))
        return {"value": (low + high) / 2, "tolerance": abs(high - low) / 2}
    number, _colon, tolerance = text.partition(":")
    return {"value": _number(number), "tolerance": abs(_number(tolerance)) if tolerance.strip() else Decimal(0)}


def _number(text: str) -> Decimal:
    number = number_in(text)
    if number is None:
        raise NotTaken(_("“%(text)s” is no number.") % {"text": text.strip()})
    return number


def _feedback(text: str, form: str) -> str:
    return _rich(text.strip(), form) if text.strip() else ""


def _rich(text: str, form: str) -> str:
    own, text = _form_of(text, form)
    return rich(_shown(text), own)


def _plain(text: str) -> str:
    """A text that is written and compared as it stands, unless it says that it is HTML itself."""
    form, text = _form_of(text, "plain")
    return plain_text(rich(_shown(text), form)) if form in ("html", "markdown") else _shown(text)


def _form_of(text: str, otherwise: str) -> tuple[str, str]:
    form, rest = _taken(_FORM, text)
    return form or otherwise, rest.strip() if form else text.strip()


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """What a pattern finds at the beginning, and the rest."""
    match = pattern.match(text)
    return (match[1].strip(), text[match.end() :]) if match else ("", text)


def _shown(text: str) -> str:
    return "".join(_SHOWN.get(letter, letter) for letter in text)


# Written


def write_gift(questions: Iterable[ToWrite]) -> Written:
    """GIFT has neither points nor pictures, and fewer types; what is lost is said of each question."""
    written, parts = Written(), list[str]()
    category: tuple[str, ...] = ()
    for each in questions:
        try:
            said = _written(each.title, each.content)
        except NotTaken as error:
            written.left_out.append((each.title, str(error)))
            continue
        if tuple(each.category) != category:
            category = tuple(each.category)
            parts.append(f"$CATEGORY: {written_path(category)}")
        parts.append(said)
        written.count += 1
        written.notes += [(each.title, note) for note in _lost(each.content)]
    written.text = "\n\n".join(parts) + "\n"
    return written


def written_path(category: Sequence[str]) -> str:
    return "/".join(["top", *(name.replace("/", "//") for name in category)])


def _lost(content: Question) -> Iterator[str]:
    """What GIFT cannot say of a question that it can say."""
    if "file:" in json.dumps(content.stored()):
        yield _("GIFT has no pictures and files: they are left out.")
    if content.points != 1:
        yield _("GIFT has no points: it comes back with one.")
    if any(re.search(r"[][<>]", tag) for tag in content.tags):
        yield _("Tags lose their brackets.")
    match content.body:
        case Single(look="dropdown"):
            yield _("It comes back as a list instead of a drop-down.")
        case Single(shuffle=False) | Multiple(shuffle=False) | Matching(shuffle=False):
            yield _("GIFT does not say that the order of the answers stays.")
        case Short(match_case=True):
            yield _("GIFT does not say that capital letters count.")
        case TrueFalse(penalty=penalty) if penalty:
            yield _("GIFT does not say what a wrong mark takes away.")
        case TrueFalse() if content.text:
            yield _("What is asked and the statement become one text.")
        case Numeric(values=values) if any(value.relative for value in values):
            yield _("A tolerance in parts of the value is written as a number.")
        case Essay() as essay if essay != Essay():
            yield _("GIFT has no limits, template and guidance of essays.")


def _written(title: str, content: Question) -> str:
    general = f"\n\t####{_said(content.feedback)}" if content.feedback else ""
    tags = "".join(f"[tag:{re.sub(r'[][<>]', '', tag)}] " for tag in content.tags)
    asked = content.text
    if isinstance(content.body, TrueFalse):
        asked += content.body.statements[0].text
    return (f"// {tags.strip()}\n" if tags else "") + (
        f"::{_escaped(title)}::[html]{_said(asked)}{{{_inside(content)}{general}}}"
    )


def _inside(content: Question) -> str:
    match content.body:
        case Single(options=options):
            _need_one_right(options)
            return "".join(_option("=" if o.fraction == 1 else "~", o) for o in options) + "\n"
        case Multiple(scoring="all_or_nothing"):
            raise NotTaken(_("GIFT has no “all or nothing”."))
        case Multiple(options=options):
            return "".join(_option("~", o) for o in options) + "\n"
        case TrueFalse(statements=[only]):
            said = [_comment(only.feedback), _comment(only.praise)] if only.praise else [_comment(only.feedback)]
            return ("TRUE" if only.is_true else "FALSE") + "".join(one or "#" * bool(only.praise) for one in said)
        case TrueFalse():
            raise NotTaken(_("GIFT has one statement to a question, no series."))
        case Matching(pairs=pairs, others=others):
            rows = [f"\n\t=[html]{_said(pair.left)} -> {_escaped(pair.right)}" for pair in pairs]
            return "".join(rows + [f"\n\t= -> {_escaped(other)}" for other in others]) + "\n"
        case Short(accepted=accepted):
            if all("->" in one.text for one in accepted):
                raise NotTaken(_("GIFT takes answers with “->” in them for pairs."))
            rows = [f"\n\t={_share(one)}{_words(one.text)}{_comment(one.feedback)}" for one in accepted]
            return "".join(rows) + "\n"
        case Numeric(values=values, units=[]):
            rows = [f"\n\t={_share(v)}{_number_words(v)}{_comment(v.feedback)}" for v in values]
            return "#" + "".join(rows) + "\n"
        case Numeric():
            raise NotTaken(_("GIFT has no units."))
        case Essay():
            return ""
        case Calculated():
            raise NotTaken(_("GIFT has no calculated questions."))
        case _:
            raise NotTaken(_("GIFT has no questions of this type."))


def _need_one_right(options: Sequence[Option]) -> None:
    if not any(option.fraction == 1 for option in options):
        raise NotTaken(_("GIFT needs an answer that brings all of the points."))
    if all(option.fraction == 1 for option in options):
        raise NotTaken(_("Every answer is right: GIFT takes that for a short text."))


def _option(sign: str, option: Option) -> str:
    share = "" if sign == "=" or not option.fraction else f"%{plain(option.fraction * 100)}%"
    return f"\n\t{sign}{share}[html]{_said(option.text)}{_comment(option.feedback)}"


def _share(part: Accepted | Value) -> str:
    """All of the points need not be said, but where the text itself begins as if it said some."""
    told = part.fraction != 1 or (isinstance(part, Accepted) and part.text.startswith("%"))
    return f"%{plain(part.fraction * 100)}%" if told else ""


def _words(text: str) -> str:
    return ("[plain]" if _FORM.match(text) else "") + _escaped(text)


def _number_words(value: Value) -> str:
    tolerance = abs(value.value) * value.tolerance if value.relative else value.tolerance
    return f"{plain(value.value)}:{plain(tolerance)}"


def _comment(text: str) -> str:
    return f"#[html]{_said(text)}" if text else ""


def _said(html: str) -> str:
    return _escaped(_FILE.sub("", html))


def _escaped(text: str) -> str:
    return _WRITTEN.sub(r"\\\1", text).replace("\n", "\\n")
