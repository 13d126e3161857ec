"""What can be refused in content, in the user's words."""

from encore.courses.errors import CannotDo


class NotAllowed(CannotDo):
    """The person may not do this here now."""


class DraftMoved(CannotDo):
    """Somebody saved this draft since the editor last saw it. `draft`: as it is now. Nothing was overwritten."""

    def __init__(self, message: str, *, draft: object) -> None:
        super().__init__(message)
        self.draft = draft
