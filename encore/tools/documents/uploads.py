"""Uploaded files as items: what is known of a file, and many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.core.files.uploadedfile import UploadedFile as Upload
from django.db import IntegrityError, transaction
from PIL import Image, UnidentifiedImageError

from encore.courses.context import Here
from encore.toolkit.files import BadFile, clean_name, media_type, store, use_file
from encore.toolkit.models import Draft, Item, StoredFile
from encore.toolkit.publishing import create_item, publish
from encore.tools.documents.content import UploadedFile


@dataclass(frozen=True)
class Refused:
    """A file that was not taken, and why."""

    name: str
    why: str


def add_files(
    uploads: Sequence[Upload], here: Here, *, key: UUID, parent: Item | None, publishes: bool
) -> tuple[list[Draft], list[Refused]]:
    """Make an item of each upload; those that cannot be taken are named and the others go on.

    `key` is the form's: sent twice, it makes each file once.
    """
    taken: list[tuple[Upload, StoredFile]] = []
    refused: list[Refused] = []
    for upload in uploads:
        try:
            taken.append((upload, store(upload, at=here.at)))  # the slow part, before the transaction
        except BadFile as why:
            refused.append(Refused(clean_name(upload.name or ""), str(why)))
    return _create(taken, here, key=key, parent=parent, publishes=publishes), refused


def described(upload: Upload, stored: StoredFile, key: UUID) -> dict[str, Any]:
    """What a file item holds of an upload. Its file's name in the content is the same whenever it is sent again."""
    name = clean_name(upload.name or "")
    width, height = _measured(upload) if media_type(name).startswith("image/") else (None, None)
    return {
        "file": str(uuid5(key, stored.sha256)),
        "name": name,
        "size": stored.size,
        "media_type": media_type(name),
        "width": width,
        "height": height,
    }


def title_of(name: str) -> str:
    """A file's name without its ending."""
    stem, _dot, _ending = clean_name(name).rpartition(".")
    return stem or clean_name(name)


@transaction.atomic
def _create(
    taken: list[tuple[Upload, StoredFile]], here: Here, *, key: UUID, parent: Item | None, publishes: bool
) -> list[Draft]:
    drafts = []
    for n, (upload, stored) in enumerate(taken):
        own_key = uuid5(key, f"{n} {upload.name} {stored.sha256}")
        content = UploadedFile(**described(upload, stored, own_key))
        try:
            with transaction.atomic():
                title = title_of(upload.name or "")
                draft = create_item(here, "file", title=title, content=content, parent=parent, key=own_key)
        except IntegrityError:
            continue  # the same form, sent before
        use_file(stored, draft, name=content.name, uuid=UUID(content.file))
        drafts.append(draft)
    if drafts and publishes:
        publish(drafts, here)
    return drafts


def _measured(upload: Upload) -> tuple[int, int] | tuple[None, None]:
    """Width and height of a picture, from its head alone; nothing is decoded."""
    try:
        upload.seek(0)
        with Image.open(upload) as picture:
            size = picture.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None, None
    finally:
        upload.seek(0)
    return size
