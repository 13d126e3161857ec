"""Files as answers."""

from __future__ import annotations

from datetime import datetime

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encore.courses.errors import CannotDo
from encore.toolkit.files import clean_name, store
from encore.tools.quizzes.actions.taking import is_over
from encore.tools.quizzes.content import FileUpload, Question
from encore.tools.quizzes.errors import TimeIsUp
from encore.tools.quizzes.models import Answer, AnswerFile, Attempt


def add_file(answer: Answer, upload: File, *, at: datetime) -> AnswerFile:
    """Keep a file as (part of) an answer. Raises CannotDo for one too many, of another kind, empty or too large."""
    body = Question.read(answer.version.content).body
    if not isinstance(body, FileUpload):
        raise CannotDo(_("This question takes no files."))
    ending = (upload.name or "").rpartition(".")[2].lower()
    if body.endings and ending not in body.endings:
        raise CannotDo(_("Only files ending in %(endings)s are taken.") % {"endings": ", ".join(body.endings)})
    stored = store(upload, at=at)  # the slow part, before the transaction
    with transaction.atomic():
        _require_open(answer, at)
        if answer.files.filter(removed_at=None).count() >= body.most_files:
            raise CannotDo(
                ngettext("At most %(n)d file is taken.", "At most %(n)d files are taken.", body.most_files)
                % {"n": body.most_files}
            )
        file = AnswerFile.objects.create(answer=answer, file=stored, name=clean_name(upload.name or ""), at=at)
        _follow(answer, at)
    return file


@transaction.atomic
def remove_file(answer: Answer, file: AnswerFile, *, at: datetime) -> None:
    """Take a file back while the attempt runs."""
    _require_open(answer, at)
    answer.files.filter(pk=file.pk).update(removed_at=at)
    _follow(answer, at)


def _require_open(answer: Answer, at: datetime) -> None:
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=answer.attempt_id)
    if attempt.state != Attempt.State.OPEN or is_over(attempt, at):
        raise TimeIsUp(_("The time is up: this was not taken."))


def _follow(answer: Answer, at: datetime) -> None:
    """The response names the files there are."""
    names = [str(uuid) for uuid in answer.files.filter(removed_at=None).order_by("pk").values_list("uuid", flat=True)]
    answer.response, answer.saved_at = ({"files": names} if names else {}), at
    answer.save(update_fields=["response", "saved_at"])
