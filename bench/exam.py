"""An examination: 300 learners begin the same test within 5 s and save an answer every 10 s for 2 minutes.

    python bench/exam.py                              on SQLite, in a database that is filled once and copied
    DATABASE_URL=postgres://… python bench/exam.py    on PostgreSQL
    python bench/exam.py --learners 30 --minutes 0.5  fewer, shorter

A web server is started as docs/operating.md has it for a machine with two processors. Reported: failures, and the
median, the 95th percentile and the most of beginning and of saving. Afterwards the database is asked whether every
answer that was acknowledged stands there with its last value. Ends with 1 if one does not, or if anything failed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.sitting import Sitting, prepared, report, sit


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=300)
    parser.add_argument("--within", type=float, default=5, help="seconds in which all begin")
    parser.add_argument("--every", type=float, default=10, help="seconds between two answers of one learner")
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--size", default="S", help="of the database around it")
    given = parser.parse_args()
    sitting = Sitting(given.learners, given.within, given.every, given.minutes * 60)
    with prepared(given.size) as site:
        sit(site, sitting)
        return report(site)


if __name__ == "__main__":
    sys.exit(main())
