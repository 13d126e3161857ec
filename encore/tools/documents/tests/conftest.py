from encore.toolkit.tests.places import *  # noqa: F403  the fixtures
