"""Files that are answers: uploaded while the attempt runs, read by the learner and by who marks."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.courses.rules import Action
from encore.toolkit.decorators import in_tool
from encore.toolkit.permission import require
from encore.toolkit.places import address
from encore.toolkit.views.files import serve
from encore.tools.quizzes.actions.uploading import add_file, remove_file
from encore.tools.quizzes.models import Answer, AnswerFile
from encore.tools.quizzes.queries import own_attempt, readable_attempt
from encore.tools.quizzes.views.attempt import page_with, save_page


@require_POST
@in_tool("quizzes")
def upload(request: HttpRequest, here: Here, attempt: UUID, position: int) -> HttpResponse:
    """Adds the file of the form's field, or removes the one that `remove` names; the rest of the page is saved too."""
    found = own_attempt(here, attempt)
    require(here, Action.SUBMIT)
    answer = get_object_or_404(found.answers, position=position)
    at_page = page_with(found, position)
    try:
        save_page(request, here, found, position)
        if remove := request.POST.get("remove"):
            remove_file(answer, _named(answer, remove), at=here.at)
        for file in request.FILES.getlist(f"a{position}-upload"):
            add_file(answer, file, at=here.at)
    except CannotDo as error:
        messages.error(request, str(error))
    return redirect(f"{address(here, 'quizzes:attempt', attempt=attempt)}?page={at_page + 1}#q{position}")


def _named(answer: Answer, word: str) -> AnswerFile:
    """The file of that name, whatever was sent as one; else 404."""
    found = next((file for file in answer.files.all() if str(file.uuid) == word), None)
    if found is None:
        raise Http404
    return found


@require_safe
@in_tool("quizzes")
def answer_file(request: HttpRequest, here: Here, attempt: UUID, position: int, file: UUID) -> HttpResponseBase:
    found = readable_attempt(here, attempt)
    files = AnswerFile.objects.filter(answer__attempt=found, answer__position=position).select_related("file")
    one = get_object_or_404(files, uuid=file)
    return serve(request, one)
