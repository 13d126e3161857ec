"""Makes sure that a package carries its style sheet and scripts: who installs it needs no Node."""

import subprocess
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEnd(BuildHookInterface):
    """Builds the front end for a package where nobody has built it yet. In a working checkout, dev.py does."""

    def initialize(self, version: str, build_data: dict) -> None:
        root = Path(self.root)
        if version == "standard" and not (root / "encore/base/static/dist/app.css").exists():
            try:
                subprocess.run(["npm", "ci"], cwd=root, check=True)
                subprocess.run(["npm", "run", "build"], cwd=root, check=True)
            except (OSError, subprocess.CalledProcessError) as problem:
                raise RuntimeError(
                    f"The style sheet and scripts are not built, and building them failed ({problem}). "
                    "Run once: python3 dev.py run --once"
                ) from problem
