"""Why something with a test cannot be done, as a sentence for the learner."""

from encore.courses.errors import CannotDo


class CannotBegin(CannotDo):
    """No attempt can begin now; none was made. `field`: "code" where the access code is wrong."""


class TimeIsUp(CannotDo):
    """The attempt is over: what came now was not taken."""
