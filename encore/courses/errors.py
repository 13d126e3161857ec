"""What can be refused in courses, in the user's words."""


class CannotDo(Exception):
    """A refusal of the domain. `str()` of it is a whole, translated sentence for the person who asked.

    `field`: what was typed that made it impossible, by the name of its field; "" where it is nothing in particular.
    """

    field = ""


class TitleTaken(CannotDo):
    """Another session has this title."""

    field = "title"


class CodeTaken(CannotDo):
    """Another course has this code."""

    field = "code"


class NameTaken(CannotDo):
    """Another category has this name."""

    field = "name"


class PictureRefused(CannotDo):
    """A picture that cannot be used."""

    field = "picture"


class ChangedMeanwhile(CannotDo):
    """Somebody changed it after the editor opened it: nothing was saved."""


class CannotEnrol(CannotDo):
    """These people cannot be enrolled, and nobody was."""


class SessionFull(CannotEnrol):
    """More people than seats; staff may go over the seats by confirming it. `free`: seats left."""

    def __init__(self, message: str, *, free: int) -> None:
        super().__init__(message)
        self.free = free
