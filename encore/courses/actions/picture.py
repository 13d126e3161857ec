"""A course's picture: read with care, made small, stripped of everything but the pixels."""

from __future__ import annotations

import io
import uuid
import warnings
from datetime import datetime

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from encore.courses.errors import PictureRefused
from encore.courses.models import Course
from encore.ledger.actions import record
from encore.people.models import Person

LARGEST_FILE = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
SIDE = 640


def set_picture(course: Course, file: File, *, by: Person | None, at: datetime) -> None:
    """Give the course a picture from an uploaded file. Raises PictureRefused with the reason in words."""
    small = ContentFile(_small(file))
    before = course.picture.name
    with transaction.atomic():
        course.picture.save(f"{uuid.uuid4().hex}.webp", small, save=False)
        course.save(update_fields=["picture"])
        record("set picture", course, by=by, at=at)
        _forget(course, before)


def remove_picture(course: Course, *, by: Person | None, at: datetime) -> None:
    """Take the picture away; the course is known by its drawn mark again."""
    before = course.picture.name
    if before:
        with transaction.atomic():
            course.picture = ""
            course.save(update_fields=["picture"])
            record("remove picture", course, by=by, at=at)
            _forget(course, before)


def _small(file: File) -> bytes:
    """The picture as WebP, no side longer than SIDE. Nothing else of the file survives."""
    if file.size > LARGEST_FILE:
        raise PictureRefused(_("This file is larger than 10 MB. Choose a smaller picture."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(file, formats=FORMATS)
            # Before anything is decoded: a few kilobytes can unfold into gigabytes of pixels.
            if image.width * image.height > MOST_PIXELS:
                raise PictureRefused(_too_many_pixels())
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            plain.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    except UnidentifiedImageError as error:
        raise PictureRefused(_("This is not a PNG, JPEG, WebP or GIF picture.")) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(_too_many_pixels()) from error
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise PictureRefused(_("This picture is damaged and cannot be read.")) from error
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=84)
    return out.getvalue()


def _too_many_pixels() -> str:
    return _("This picture has more than 40 million pixels. Make it smaller and try again.")


def _forget(course: Course, name: str | None) -> None:
    """Delete the file of the picture before, once it is sure that nobody needs it."""
    if name:
        storage = course.picture.storage
        transaction.on_commit(lambda: storage.delete(name))
