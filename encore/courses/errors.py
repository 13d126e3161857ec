"""What can be refused in courses, in the user's words."""


class CannotDo(Exception):
    """A refusal of the domain. `str()` of it is a whole, translated sentence for the person who asked."""


class CannotEnrol(CannotDo):
    """These people cannot be enrolled, and nobody was."""


class SessionFull(CannotEnrol):
    """More people than seats; staff may go over the seats by confirming it. `free`: seats left."""

    def __init__(self, message: str, *, free: int) -> None:
        super().__init__(message)
        self.free = free
