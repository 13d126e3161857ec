"""Uploaded files: kept once by their digest, attached to drafts and versions, served where what uses them is visible."""

from __future__ import annotations

import hashlib
import mimetypes
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from encore.courses.context import Here
from encore.courses.errors import CannotDo
from encore.toolkit.models import Draft, FileUse, StoredFile
from encore.toolkit.scoping import drafts_in, shown_in

CHUNK = 1024 * 1024


class BadFile(CannotDo):
    """The upload cannot be taken; the message says why."""


def store(upload: File, *, at: datetime) -> StoredFile:
    """Keep an upload's bytes once, whatever their name. Raises BadFile when it is empty or too large."""
    if not upload.size:
        raise BadFile(_("The file is empty."))
    if upload.size > settings.UPLOAD_LIMIT:
        raise BadFile(
            _("The file has %(size)s; the limit is %(limit)s.")
            % {"size": filesizeformat(upload.size), "limit": filesizeformat(settings.UPLOAD_LIMIT)}
        )
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


@transaction.atomic
def attach(upload: File, draft: Draft, *, at: datetime) -> FileUse:
    """Store an upload and let a draft use it. Content names it by the `uuid` of what is returned."""
    name = clean_name(upload.name or "")
    return FileUse.objects.create(file=store(upload, at=at), name=name, draft=draft)


def clean_name(name: str) -> str:
    """A file's name without folders or control characters, still in its own alphabet."""
    bare = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable()).strip(" .")
    try:
        get_valid_filename(bare)
    except Exception:  # Django's SuspiciousFileOperation: nothing usable is left
        return "file"
    return bare[:200]


def media_type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def file_in(here: Here, uuid: UUID) -> FileUse | None:
    """The file of this name that something visible here uses: the version shown, or, for those who write, a draft."""
    versions = shown_in(here, hidden=here.writes).values("version_id")
    used = Q(version__in=versions)
    if here.writes:
        used |= Q(draft__in=drafts_in(here).values("pk"))
    return FileUse.objects.filter(used, uuid=uuid).select_related("file").order_by("-pk").first()


def _digest(upload: File) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks(CHUNK):
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()
