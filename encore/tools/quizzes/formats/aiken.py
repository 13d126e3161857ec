"""Aiken (docs.moodle.org, "Aiken format"): a question, its answers A) B) C), and ANSWER: with the right letter."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from encore.tools.quizzes.formats.found import Findings, Found, NotTaken, Refused, question, rich, titled

_OPTION = re.compile(r"^([A-Z])[).]\s+(.*)$")
_ANSWER = re.compile(r"^ANSWER:\s*([A-Z])\s*$", re.I)


def read_aiken(text: str) -> Findings:
    """What stands before the first answer is the question, however many lines it has."""
    findings = Findings()
    begun, asked, options = 0, list[str](), dict[str, str]()
    lines = text.split("\n")
    for number, line in enumerate([*lines, ""], start=1):
        line = line.strip()
        last = number > len(lines)
        if match := _ANSWER.match(line):
            _take(findings, begun or number, asked, options, match[1].upper())
            begun, asked, options = 0, [], {}
        elif match := _OPTION.match(line):
            options[match[1]] = match[2].strip()
        elif line and options:
            # The next question begins, and this one has never said which answer is right.
            _refuse(findings, begun, asked, _("There is no line ANSWER: with the letter of the right answer."))
            begun, asked, options = number, [line], {}
        elif line:
            begun = begun or number
            asked.append(line)
        elif last and (asked or options):
            why = (
                _("There is no line ANSWER: with the letter of the right answer.")
                if options
                else _("There are no answers A), B) … after it.")
            )
            _refuse(findings, begun or number, asked, why)
    return findings


def _take(findings: Findings, line: int, asked: list[str], options: dict[str, str], right: str) -> None:
    try:
        if not asked:
            raise NotTaken(_("There is no question before the answers."))
        if right not in options:
            raise NotTaken(_("The right answer is %(letter)s, and there is no such answer.") % {"letter": right})
        text = rich("\n".join(asked))
        parts = [
            {"id": letter.lower(), "text": rich(words), "fraction": int(letter == right)}
            for letter, words in options.items()
        ]
        content = question(text=text, body={"type": "single", "options": parts})
        findings.questions.append(Found(line, titled("", text), content))
    except NotTaken as error:
        _refuse(findings, line, asked, str(error))


def _refuse(findings: Findings, line: int, asked: list[str], reason: str) -> None:
    findings.refused.append(Refused(line, " ".join(asked)[:80], reason))
