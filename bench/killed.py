"""The web server is killed in the middle of an examination (SIGKILL, all its processes) and started again.

    python bench/killed.py                            on SQLite
    DATABASE_URL=postgres://… python bench/killed.py  on PostgreSQL

As in exam.py, learners begin and save answers; twice the server is killed and started again. What fails meanwhile is
sent again by the learners' pages, as browsers do. Afterwards every answer that was acknowledged, before or after, has
to stand in the database with its last value. Ends with 1 if one does not.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.sitting import Site, Sitting, prepared, report, sit

DOWN = 1.5  # seconds without a server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=100)
    parser.add_argument("--every", type=float, default=2, help="seconds between two answers of one learner")
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--size", default="S", help="of the database around it")
    given = parser.parse_args()
    sitting = Sitting(given.learners, 5, given.every, given.seconds, forgiving=True)
    with prepared(given.size) as site:
        killer = threading.Thread(target=kill, args=(site, given.learners, given.seconds), daemon=True)
        sit(site, sitting, meanwhile=killer.start)
        killer.join()
        return report(site)


def kill(site: Site, learners: int, seconds: float) -> None:
    """Once all have begun: after a third of the time, and after two thirds."""
    while len(site.begun) + len(site.failures) < learners:
        time.sleep(0.1)
    for _time in range(2):
        time.sleep(seconds / 3)
        site.server.kill()
        site.kills += 1
        time.sleep(DOWN)
        site.server.start()


if __name__ == "__main__":
    sys.exit(main())
