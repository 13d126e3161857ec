"""The command line: `encore COMMAND`, or `python -m encore COMMAND`."""

import os
import secrets
import sys
from importlib.metadata import PackageNotFoundError, version

INTRODUCTION = """\
encore: the command line of the Encore learning platform

  encore COMMAND [options]     do it
  encore COMMAND --help        what a command takes, with examples
  encore --help                this page
  encore --version             the version installed
"""

# What each group is for. A command of ours that is named in no group appears under "More".
GROUPS = {
    "Bring in and take out": ["import", "export"],
    "Explain": ["decide", "prove", "audit"],
    "Measure": ["populate", "bench"],
    "Run": ["work", "administrator", "privacy", "demo", "rebuild"],
}
DJANGO = {
    "migrate": "Bring the database to the shape this version needs. After every upgrade.",
    "collectstatic": "Put style sheets, scripts and pictures where the web server finds them. After every upgrade.",
    "check --deploy": "Look for settings that are unsafe or do not fit together.",
    "sendtestemail": "Send one message, to see whether mail works.",
    "shell": "A Python prompt with everything loaded.",
    "dbshell": "A prompt of the database.",
}
CLOSING = """\
Settings come from the environment; docs/operating.md explains each. The ones that matter here:
  ENCORE_DATA         folder of database, uploaded files and secret key
  DATABASE_URL        postgres://user:password@host/name; without it SQLite, in ENCORE_DATA
  ENCORE_SECRET_KEY   long random text; without it the file secret-key in ENCORE_DATA

Examples:
  encore import people staff.csv             show what would happen, row by row; change nothing
  encore import people staff.csv --apply     do it
  encore decide < questions.jsonl            who may enter what, when, and why
"""
NEEDS_NO_KEY = {"--help", "-h", "help", "--version", "version", "decide", "prove"}


def main() -> None:
    """Run one command. Without a word, or with --help, explain the commands there are."""
    words = sys.argv[1:]
    first = words[0] if words else "--help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encore.config.settings")
    if first in NEEDS_NO_KEY:
        # Nothing that these sign outlives the process, so an installation without a key can use them too.
        os.environ.setdefault("ENCORE_SECRET_KEY", secrets.token_urlsafe(50))

    if first in {"--version", "version"}:
        print(f"encore {installed_version()}")  # noqa: T201
    elif first in {"--help", "-h"} or words == ["help"]:
        print(overview())  # noqa: T201
    else:
        manage(words)


def manage(words: list[str]) -> None:
    """Hand over to Django, with a data folder, or with a sentence on what is missing."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from encore.ledger.origin import Origin, coming_from

    try:
        settings.DATA.mkdir(parents=True, exist_ok=True)
    except (ImproperlyConfigured, OSError) as problem:
        sys.exit(f"encore: {problem}")
    with coming_from(Origin(device=f"encore {words[0]}")):
        execute_from_command_line(["encore", *words])


def installed_version() -> str:
    """The version of the installed package; a bare checkout has none."""
    try:
        return version("encore")
    except PackageNotFoundError:
        return "(not installed)"


def overview() -> str:
    """Our commands by group, each with the first line of its help; then the few of Django's that an operator needs."""
    ours = our_commands()
    named = {name for names in GROUPS.values() for name in names}
    groups = {**GROUPS, "More": sorted(set(ours) - named)}
    parts = [INTRODUCTION]
    for title, names in groups.items():
        rows = {name: ours[name] for name in names if name in ours}
        if rows:
            parts.append(section(title, rows))
    return "\n".join([*parts, section("Look after the installation", DJANGO), CLOSING])


def our_commands() -> dict[str, str]:
    """The management commands that Encore and its tools bring, each with the first line of its help."""
    import django
    from django.conf import settings
    from django.core.management import get_commands, load_command_class

    django.setup()
    foreign = {app for app in settings.INSTALLED_APPS if not app.startswith("encore.")} | {"django.core"}
    found = {}
    for name, app in get_commands().items():
        if isinstance(app, str) and app not in foreign:
            found[name] = str(load_command_class(app, name).help).strip().partition("\n")[0]
    return found


def section(title: str, rows: dict[str, str]) -> str:
    """A heading and its commands, the descriptions below each other."""
    width = max(16, *(len(name) for name in rows))
    return "\n".join([f"{title}:", *(f"  {name:<{width}}  {text}" for name, text in rows.items()), ""])


if __name__ == "__main__":
    main()
