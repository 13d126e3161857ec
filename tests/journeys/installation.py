"""An Encore of its own: web server and worker as they run for users, on a data folder and a database of nobody else."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
import dev  # noqa: E402

AXE = ROOT / "node_modules/axe-core/axe.min.js"
NEEDED = [dev.DIST / "app.css", dev.DIST / "app.js", AXE]


class Installation:
    """Where it answers, and its command line. `written`: the address of the course to read, once there."""

    def __init__(self, address: str, env: dict[str, str]):
        self.address, self.env, self.written = address, env, ""

    def encore(self, *words: str | Path) -> str:
        """What `encore WORDS` says. Raises AssertionError with all of it when the command fails."""
        code, said = dev.ask([sys.executable, "-m", "encore", *words], env=self.env, cwd=ROOT)
        assert code == 0, f"encore {' '.join(map(str, words))}\n{said}"
        return said


@contextlib.contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """A running installation whose data lie in `folder`; on PostgreSQL where DATABASE_URL says so, else on SQLite."""
    need_front_end()
    port = dev.other_port()
    with database() as url:
        data = dev.data_folder(str(folder / "data"))
        env = environment(data, port) | url
        dev.prepare(data, env)
        children: dict[str, subprocess.Popen[bytes]] = {}
        said = (folder / "output.txt").open("wb")
        try:
            for name, words in processes(port).items():
                children[name] = dev.start(words, env, cwd=ROOT, stdout=said, stderr=said)
            address = f"http://127.0.0.1:{port}"
            dev.wait_until(lambda: dev.answers(f"{address}/"), children, "The web server does not answer.")
            yield Installation(address, env)
        finally:
            dev.stop(children)
            said.close()


def processes(port: int) -> dict[str, list[str]]:
    gunicorn = [sys.executable, "-m", "gunicorn", "encore.config.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    gunicorn += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
    return {
        "web server": [*gunicorn, "--log-level", "warning"],
        "worker": [sys.executable, "-m", "encore", "work"],
    }


def environment(data: Path, port: int) -> dict[str, str]:
    """Nothing of the tests' own settings: these processes are to run as those of an installation do."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("ENCORE_", "DJANGO_"))}
    return ours | {
        "ENCORE_DATA": str(data),
        "ENCORE_BASE_URL": f"http://127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
    }


@contextlib.contextmanager
def database() -> Iterator[dict[str, str]]:
    """A new, empty database on the PostgreSQL of DATABASE_URL; without it, SQLite's file in the data folder."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {}
        return
    name = f"encore_journeys_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8'").format(sql.Identifier(name)))
    try:
        yield {"DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}"))}
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def need_front_end() -> None:
    missing = [str(path.relative_to(ROOT)) for path in NEEDED if not path.exists()]
    if missing:
        raise AssertionError(f"{', '.join(missing)}: not there. Set everything up with: python3 dev.py run --once")
