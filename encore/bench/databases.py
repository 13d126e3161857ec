"""The databases that are measured: filled once for each size, and a copy of them for each measurement."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

FILE = "encore.sqlite3"


@dataclass(frozen=True)
class Database:
    """`env`: what a process needs to reach it, and to work in a folder of its own."""

    folder: Path
    url: str = ""

    @property
    def env(self) -> dict[str, str]:
        env = {
            "ENCORE_DATA": str(self.folder),
            "ENCORE_DEBUG": "0",
            "ENCORE_SECRET_KEY": "only-for-measuring-0123456789-0123456789-0123456789",
            "ENCORE_BASE_URL": "http://127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "encore.config.settings",
        }
        return env | ({"DATABASE_URL": self.url} if self.url else {})

    def encore(self, *words: str, quiet: bool = True) -> None:
        """Run one of the commands on it."""
        said = subprocess.DEVNULL if quiet else None
        subprocess.run([sys.executable, "-m", "encore", *words], env=self._whole(), stdout=said, check=True)

    def child(self, *words: str) -> dict[str, Any]:
        """Do one of the deeds of encore.bench.child; what it says."""
        command = [sys.executable, "-m", "encore.bench.child", *words]
        done = subprocess.run(command, env=self._whole(), stdout=subprocess.PIPE, check=True, text=True)
        return json.loads(done.stdout.splitlines()[-1])

    def _whole(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        return kept | self.env


class Store:
    """Filled databases in a folder, or on a PostgreSQL server (`url`: one whose user may make databases)."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder, self.url = folder, url

    def filled(self, size: str, *, seed: int, fresh: bool = False) -> Database:
        """The database of a size; made if it is not there, or if another is wanted."""
        place = self.folder / ("postgresql" if self.url else "sqlite") / size
        whole = place / "filled"
        if fresh or not whole.exists() or not self._is_there(size):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            self._make(_name(size))
            database = Database(place, self._url(_name(size)))
            database.encore("migrate", "-v0")
            database.encore("populate", "--size", size, "--seed", str(seed), quiet=False)
            whole.write_text(str(seed))
        else:
            database = Database(place, self._url(_name(size)))
            database.encore("migrate", "-v0")
        return database

    @contextlib.contextmanager
    def copy(self, size: str) -> Iterator[Database]:
        """A copy to measure on, gone afterwards: what was filled stays as it is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix="work-", dir=self.folder))
        name = f"{_name(size)}_{os.getpid()}"
        if self.url:
            self._make(name, template=_name(size))
        else:
            shutil.copy(self.folder / "sqlite" / size / FILE, work / FILE)
        database = Database(work, self._url(name))
        database.encore("collectstatic", "--noinput", "-v0")
        try:
            yield database
        finally:
            if self.url:
                self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            shutil.rmtree(work, ignore_errors=True)

    def _url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}")) if self.url else ""

    def _is_there(self, size: str) -> bool:
        if not self.url:
            return (self.folder / "sqlite" / size / FILE).exists()
        return bool(self._admin("SELECT 1 FROM pg_database WHERE datname = %s", _name(size)))

    def _make(self, name: str, template: str = "") -> None:
        if self.url:
            self._admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            self._admin(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))

    def _admin(self, statement: str, *values: str) -> list[Any]:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            done = connection.execute(statement, values or None)
            return done.fetchall() if done.description else []


def _name(size: str) -> str:
    return f"encore_bench_{size.lower()}"


class ServerTime:
    """The processor time of a PostgreSQL server on this machine, read from /proc; nothing elsewhere."""

    def __init__(self, url: str) -> None:
        self.parent = _postmaster(url) if url else 0

    def seconds(self) -> float:
        """Of all its processes that live now, together."""
        if not self.parent:
            return 0
        return sum(_spent(pid) for pid in _children(self.parent))


def _postmaster(url: str) -> int:
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        pid = row[0] if row else 0
        with contextlib.suppress(OSError, ValueError, IndexError):
            if "postgres" in Path(f"/proc/{pid}/stat").read_text():
                return _parent(pid)
    return 0


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if _parent(int(path.name)) == parent:
                found.append(int(path.name))
    return found


def _spent(pid: int) -> float:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return 0
