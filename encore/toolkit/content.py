"""Content of items: JSON that fits its kind's schema, with a schema number and upcasters for older ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict

from encore.base.html import clean_html

Html = Annotated[str, AfterValidator(clean_html)]
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class Content(BaseModel):
    """Base of every content schema. `upcasters[n]` turns content of schema n + 1 into n + 2; the newest is len + 1."""

    model_config = ConfigDict(extra="forbid")
    upcasters: ClassVar[Sequence[Upcaster]] = ()

    @classmethod
    def newest(cls) -> int:
        return len(cls.upcasters) + 1

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        """From the database. Raises pydantic.ValidationError if it does not fit."""
        data = dict(stored)
        for upcast in cls.upcasters[data.pop("schema", 1) - 1 :]:
            data = upcast(data)
        return cls.model_validate(data)

    def stored(self) -> dict[str, Any]:
        """For the database: JSON values with the schema number."""
        return {"schema": self.newest(), **self.model_dump(mode="json")}
