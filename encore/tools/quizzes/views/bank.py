"""The bank of questions, for those who write: browse, look at one, copy, move, and choose for a test."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from encore.courses.context import Here
from encore.courses.rules import Action
from encore.courses.words import Access
from encore.toolkit.decorators import in_tool
from encore.toolkit.models import Item
from encore.toolkit.offers import Offer, Offers
from encore.toolkit.outline import Entry, outline_in
from encore.toolkit.pages import tool_page
from encore.toolkit.permission import require
from encore.toolkit.places import address, addresses
from encore.toolkit.registry import kind_named, tool_named
from encore.toolkit.writing import find, find_or_begin, folders_for
from encore.tools.quizzes.actions.composing import copy_question, move_questions, put_in
from encore.tools.quizzes.bank import QUESTION, known_in, used_in
from encore.tools.quizzes.browsing import Found, browse
from encore.tools.quizzes.content import Fixed, Question, Test
from encore.tools.quizzes.questions import TYPES


@require_safe
@in_tool("quizzes", level=Access.COACH)
def bank(request: HttpRequest, here: Here, uuid: UUID | None = None) -> HttpResponse:
    """?q, type, tag, state, page. `uuid`: of a category, with all it holds."""
    found = browse(here, request.GET, category=uuid)
    offers = Offers(here, tool_named("quizzes"))
    offers.lay(found.rows)
    copy, page_of = addresses(here, "quizzes:copy"), addresses(here, "quizzes:question")
    for entry in found.rows:
        entry.url = page_of(entry.uuid)
        if offers.adds:
            entry.offers.insert(1, Offer("copy", _("Copy"), "copy", action=copy(entry.uuid), name="copy", value="yes"))
    context = {
        **_found(here, found),
        "adds": offers.adds,
        "moves": offers.publishes,
        "category_offers": offers.of(found.category) if found.category else [],
        "types_to_write": TYPES.values(),
        "changed": request.GET.get("changed", ""),
    }
    return tool_page(request, here, "quizzes/bank.html", context)


@require_safe
@in_tool("quizzes", level=Access.COACH)
def question(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    """One question as learners meet it, with its key and where it is used."""
    writing = find(here, tool_named("quizzes"), uuid)
    entry = _entry(here, uuid)
    content = writing.content
    if entry is None or not isinstance(content, Question):
        raise Http404
    offers = Offers(here, tool_named("quizzes"))
    inner = content.body.questions if content.body.type == "passage" else []
    known = known_in(here)
    context = {
        "writing": writing,
        "entry": entry,
        "title": writing.title,
        "content": content,
        "used": used_in(here, known.values()).get(uuid, []),
        "inner": [known.get(one) for one in inner],
        "type": TYPES[content.body.type],
        "offers": offers.of(entry),
        "adds": offers.adds,
    }
    return tool_page(request, here, "quizzes/question.html", context)


@require_POST
@in_tool("quizzes", level=Access.COACH)
def copy(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    draft = copy_question(here, uuid)
    messages.success(request, _("This is the copy, a draft. Say what is different in it."))
    return redirect(address(here, "quizzes:edit", uuid=draft.item.uuid))


@require_POST
@in_tool("quizzes", level=Access.COACH)
def moving(request: HttpRequest, here: Here) -> HttpResponse:
    """POST: chosen = uuid (several), category = uuid, or nothing for none."""
    category = _category(here, request.POST.get("category", ""))
    count = move_questions(here, _uuids(request.POST.getlist("chosen")), category)
    if count:
        words = ngettext("%(n)d question is moved.", "%(n)d questions are moved.", count)
        messages.success(request, words % {"n": count})
    else:
        messages.warning(request, _("Nothing was moved: choose some questions of your own first."))
    if category:
        return redirect(address(here, "quizzes:category", uuid=category.uuid))
    return redirect(address(here, "quizzes:bank"))


@require_http_methods(["GET", "HEAD", "POST"])
@in_tool("quizzes", level=Access.COACH)
def choose(request: HttpRequest, here: Here, uuid: UUID) -> HttpResponse:
    """Questions for a test (?section=), or for a text to read. POST: chosen = uuid (several)."""
    require(here, Action.ADD_ITEM)
    writing = find_or_begin(here, tool_named("quizzes"), uuid, kind="", inside="")
    content = writing.content
    if not isinstance(content, Test) and not (isinstance(content, Question) and content.body.type == "passage"):
        raise Http404
    if request.method == "POST":
        count = put_in(here, uuid, _uuids(request.POST.getlist("chosen")), section=request.GET.get("section", ""))
        _say_added(request, count)
        return redirect(request.get_full_path())
    category = _category(here, request.GET.get("category", ""))
    found = browse(here, request.GET, category=category.uuid if category else None)
    context = {
        **_found(here, found),
        "writing": writing,
        "asked": _asked(content),
        "sections": content.sections if isinstance(content, Test) and len(content.sections) > 1 else [],
        "section": request.GET.get("section", ""),
        "places": [(str(one.uuid), one.title) for one in folders_for(here, kind_named(QUESTION))],
        "chosen_category": str(category.uuid) if category else "",
        "back": address(here, "quizzes:edit", uuid=uuid),
    }
    return tool_page(request, here, "quizzes/choose.html", context)


def _found(here: Here, found: Found) -> dict[str, Any]:
    return {"found": found, "tree": found.tree, "category": found.category}


def _entry(here: Here, uuid: UUID) -> Entry | None:
    outline = outline_in(here, tool_named("quizzes"), kinds=("question", "question_category"))
    return outline.find(uuid)


def _category(here: Here, uuid: str) -> Item | None:
    if not uuid:
        return None
    found = next((one for one in folders_for(here, kind_named(QUESTION)) if str(one.uuid) == uuid), None)
    if found is None:
        raise Http404
    return found


def _uuids(texts: list[str]) -> list[UUID]:
    """Those that can be read; the rest names nothing."""
    found = []
    for text in texts[:500]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _asked(content: Test | Question) -> set[UUID]:
    if isinstance(content, Test):
        return {part.question for section in content.sections for part in section.parts if isinstance(part, Fixed)}
    return set(content.body.questions) if content.body.type == "passage" else set()


def _say_added(request: HttpRequest, count: int) -> None:
    if count:
        words = ngettext("%(n)d question is added to the draft.", "%(n)d questions are added to the draft.", count)
        messages.success(request, words % {"n": count})
    else:
        messages.warning(request, _("Nothing was added: choose some questions first."))
