"""The settings of the tests: those of a real installation, on a data folder that lasts as long as the tests do."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = tempfile.mkdtemp(prefix="encore-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("ENCORE_")]:
    del os.environ[_name]  # the tests must not depend on how this machine runs Encore
os.environ.update(ENCORE_DATA=_folder, ENCORE_SECRET_KEY="only-for-tests")

from encore.config.settings import *  # noqa: E402, F403
from encore.config.settings import DATA, DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
ACTIVITY_SECONDS = 0  # tests write it by hand
(Path(DATA) / "static").mkdir()

# A file, not memory: threads that write at the same time meet the locking that production has.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(DATA) / "test.sqlite3")}
