from encore.toolkit.tests.places import *  # noqa: F403  the fixtures
from encore.tools.quizzes.tests.papers import *  # noqa: F403
