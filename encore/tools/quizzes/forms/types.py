"""The form of each type of question."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from encore.tools.quizzes.forms.choosing import MultipleForm, SingleForm, TrueFalseForm
from encore.tools.quizzes.forms.numbers import CalculatedForm, NumericForm
from encore.tools.quizzes.forms.pairing import MatchingForm, OrderingForm
from encore.tools.quizzes.forms.question import QuestionForm
from encore.tools.quizzes.forms.words import GapForm, ShortForm
from encore.tools.quizzes.forms.written import EssayForm, FileForm, PassageForm

FORMS: dict[str, type[QuestionForm]] = {
    form.type: form
    for form in (
        SingleForm,
        MultipleForm,
        TrueFalseForm,
        GapForm,
        MatchingForm,
        OrderingForm,
        ShortForm,
        NumericForm,
        CalculatedForm,
        EssayForm,
        FileForm,
        PassageForm,
    )
}


def question_form(*args: Any, **kwargs: Any) -> QuestionForm:
    """The form for the type of a question that is there, or for the one that `?type=` names for a new one."""
    content = kwargs["writing"].content
    name = content.body.type if content else (kwargs.get("query") or {}).get("type", "single")
    if name not in FORMS:
        raise Http404
    return FORMS[name](*args, **kwargs)
