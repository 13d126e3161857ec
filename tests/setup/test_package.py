"""The package that is installed elsewhere, and the page that tells how to operate it."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_package_carries_pages_styles_scripts_and_its_command(tmp_path):
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True)

    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
        command = wheel.read(next(name for name in names if name.endswith("/entry_points.txt"))).decode()
    source = {path for path in (ROOT / "encore").rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    wanted = {path for path in source if path.suffix in {".html", ".txt", ".svg"} or "static" in path.parts}
    missing = {str(path.relative_to(ROOT)) for path in wanted if "tests" not in path.parts} - names
    assert missing == set()
    assert {"encore/base/static/dist/app.css", "encore/base/static/dist/app.js", "encore/config/urls.py"} <= names
    assert not [name for name in names if "/tests/" in name]
    assert "encore = encore.__main__:main" in command


def test_every_setting_is_documented():
    read = set(re.findall(r"\"(ENCORE_[A-Z_]+)\"", (ROOT / "encore/config/settings.py").read_text()))
    told = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/operating.md").read_text(), re.MULTILINE))

    assert read <= told
    assert told - read == {"DATABASE_URL", "WEB_CONCURRENCY", "ENCORE_ADMIN_PASSWORD"}
