"""Finds the installed course tools: every package under `encore/tools`, and every `encore.tools` entry point."""

import pkgutil
from importlib.metadata import entry_points

import encore.tools


def installed_tools() -> list[str]:
    """Dotted names of the tool packages, in a stable order: ours first, then those of other distributions."""
    ours = sorted(
        module.name for module in pkgutil.iter_modules(encore.tools.__path__, "encore.tools.") if module.ispkg
    )
    others = sorted(entry.value for entry in entry_points(group="encore.tools"))
    return ours + [name for name in others if name not in ours]
