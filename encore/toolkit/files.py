"""Uploaded files: kept once by their digest, attached to drafts and versions, served where what uses them shows."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import re
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.toolkit.menu import tools_in
from encore.toolkit.models import Draft, FileUse, StoredFile
from encore.toolkit.scoping import closed_in, drafts_in, shown_in

CHUNK = 1024 * 1024
LONGEST_NAME = 200
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# Types that Python, or the machine it runs on, may not know by their ending.
_TYPES = {
    ".avif": "image/avif",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".md": "text/markdown",
    ".mkv": "video/x-matroska",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class BadFile(CannotDo):
    """The upload cannot be taken; the message says why."""


def store(upload: File, *, at: datetime) -> StoredFile:
    """Keep an upload's bytes once, whatever their name. Raises BadFile when it is empty or too large."""
    if why := why_not_upload(upload):
        raise BadFile(why)
    digest = _digest(upload)
    found = StoredFile.objects.filter(sha256=digest).first()
    if found and default_storage.exists(found.path):
        return found
    path = default_storage.save(f"stored/{digest[:2]}/{digest}", upload)
    stored, _new = StoredFile.objects.update_or_create(
        sha256=digest,
        defaults={"size": upload.size, "media_type": media_type(upload.name or ""), "path": path, "at": at},
    )
    return stored


def why_not_upload(upload: File) -> str:
    """A sentence that says why an upload cannot be taken; "" if it can."""
    if not upload.size:
        return _("The file is empty.")
    elif upload.size > settings.UPLOAD_LIMIT:
        return _("The file has %(size)s; the limit is %(limit)s.") % {
            "size": filesizeformat(upload.size),
            "limit": filesizeformat(settings.UPLOAD_LIMIT),
        }
    else:
        return ""


@transaction.atomic
def attach(upload: File, draft: Draft, *, at: datetime) -> FileUse:
    """Store an upload and let a draft use it. Content names it by the `uuid` of what is returned."""
    return use_file(store(upload, at=at), draft, name=upload.name or "")


def use_file(stored: StoredFile, draft: Draft, *, name: str, uuid: UUID | None = None) -> FileUse:
    """Let a draft use a stored file under a name. `uuid`: what its content already calls it."""
    use, _new = FileUse.objects.get_or_create(
        uuid=uuid or uuid4(), draft=draft, defaults={"file": stored, "name": clean_name(name)}
    )
    return use


def adopt_files(draft: Draft, here: Here) -> None:
    """Let a draft use the files that its content names and its writer may read here; others stay dead names."""
    named = set(_UUID.findall(json.dumps(draft.content)))
    for uuid in named - {str(uuid) for uuid in draft.file_uses.values_list("uuid", flat=True)} if named else ():
        if use := file_in(here, UUID(uuid)):
            FileUse.objects.create(uuid=use.uuid, file=use.file, name=use.name, draft=draft)


def clean_name(name: str) -> str:
    """A file's name without folders or control characters, still in its own alphabet; a long one keeps its ending."""
    bare = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable()).strip(" .")
    stem, dot, ending = bare.rpartition(".")
    if len(bare) <= LONGEST_NAME:
        return bare or "file"
    elif dot and len(ending) <= 20:
        return stem[: LONGEST_NAME - len(ending) - 1] + dot + ending
    else:
        return bare[:LONGEST_NAME]


def media_type(name: str) -> str:
    """The type that a name's ending says. Something packed is a package, whatever is in it."""
    stem, dot, ending = name.lower().rpartition(".")
    known = _TYPES.get(f".{ending}") if dot else None
    guessed, packed = mimetypes.guess_type(f"x.{ending}" if dot else "x")
    return known or (guessed if guessed and not packed else "application/octet-stream")


def file_in(here: Here, uuid: UUID) -> FileUse | None:
    """The file of this name that something visible here uses: the version shown, or, for those who write, any of
    this place's versions and drafts."""
    if here.writes:
        places = Q(version__session_course=None) | Q(version__session_course=here.session_course)
        used = places & Q(version__item__course=here.course) | Q(draft__in=drafts_in(here).values("pk"))
    else:
        kinds = frozenset[str]().union(*(entry.tool.kind_names for entry in tools_in(here)))
        items = shown_in(here, kinds=kinds).exclude(pk__in=closed_in(here))
        used = Q(version__in=items.values("version_id"))
    return FileUse.objects.filter(used, uuid=uuid).select_related("file").order_by("-pk").first()


def _digest(upload: File) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks(CHUNK):
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
