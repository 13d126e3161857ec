"""The form of each type of question."""

from __future__ import annotations

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
