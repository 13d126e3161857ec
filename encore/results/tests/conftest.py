"""Pages are answered at the tests' moment, and courses are written for them."""

from encore.toolkit.tests.places import *  # noqa: F403  a course, two sessions of it, and the means to write in them
from encore.web.tests.fixtures import *  # noqa: F403
