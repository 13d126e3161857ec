"""A person's picture: read with care, made small, stripped of everything but the pixels."""

from __future__ import annotations

import io
import uuid
import warnings
from datetime import datetime

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from encore.ledger.actions import record
from encore.people.actions.power import require_power
from encore.people.errors import PictureRefused
from encore.people.models import Person
from encore.people.words import Permission

LARGEST_FILE = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
SIDE = 256
SCALABLE = ("RGB", "RGBA", "L", "CMYK")


def set_picture(person: Person, file: File, *, by: Person | None, at: datetime) -> None:
    """Give `person` a picture from an uploaded file; raise PictureRefused with the reason in words."""
    _require(by, person)
    small = ContentFile(_small(file))
    before = person.picture.name
    with transaction.atomic():
        person.picture.save(f"{uuid.uuid4().hex}.webp", small, save=False)
        person.save(update_fields=["picture"])
        record("set_picture", person, by=by, at=at)
        _forget(person, before)


def remove_picture(person: Person, *, by: Person | None, at: datetime) -> None:
    _require(by, person)
    before = person.picture.name
    if before:
        with transaction.atomic():
            person.picture = ""
            person.save(update_fields=["picture"])
            record("remove_picture", person, by=by, at=at)
            _forget(person, before)


def _require(by: Person | None, person: Person) -> None:
    if by is None or by.pk != person.pk:
        require_power(by, [person], Permission.EDIT_PEOPLE)


def _small(file: File) -> bytes:
    """The picture as WebP of SIDE × SIDE, cut to a square around its middle. Nothing else of the file survives."""
    if file.size > LARGEST_FILE:
        raise PictureRefused(_("This file is larger than 5 MB. Choose a smaller picture."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(file, formats=FORMATS)
            _require_modest(image)
            if image.mode in SCALABLE:
                image.thumbnail((4 * SIDE, 4 * SIDE))  # a JPEG is then never unpacked in full
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            square = ImageOps.fit(plain, (SIDE, SIDE), Image.Resampling.LANCZOS)
    except UnidentifiedImageError as error:
        raise PictureRefused(_("This is not a PNG, JPEG or WebP picture.")) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(_too_many_pixels()) from error
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise PictureRefused(_("This picture is damaged and cannot be read.")) from error
    out = io.BytesIO()
    square.save(out, "WEBP", quality=86)
    return out.getvalue()


def _require_modest(image: Image.Image) -> None:
    """Before anything is decoded: a few kilobytes can unfold into gigabytes of pixels."""
    if image.width * image.height > MOST_PIXELS:
        raise PictureRefused(_too_many_pixels())


def _too_many_pixels() -> str:
    return _("This picture has more than 40 million pixels. Make it smaller and try again.")


def _forget(person: Person, name: str | None) -> None:
    """Delete the file of the picture before, once it is sure that nobody needs it."""
    if name:
        storage = person.picture.storage
        transaction.on_commit(lambda: storage.delete(name))
