"""The application as gunicorn serves it, noting of each request what it cost: for `encore bench`, never for visitors.

A request that names itself in the header X-Bench leaves a line of JSON in the file that ENCORE_BENCH_LOG names.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import connection


class Meter:
    """Counts the statements and the processor time of one request at a time, until its last byte is out.

    The time is that of the whole process since the request before, so what the server itself does is in it.
    """

    def __init__(self, path: str) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encore.config.settings")
        self.log, self.measured = open(path, "a", buffering=1), get_wsgi_application()
        self.statements, self.spent = 0, time.process_time()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.statements = 0
        with connection.execute_wrapper(self._count):
            answer = self.measured(environ, start_response)
            return self._through(answer, environ.get("HTTP_X_BENCH", ""))

    def _through(self, answer: Any, name: str) -> Iterator[bytes]:
        try:
            with connection.execute_wrapper(self._count):
                yield from answer
        finally:
            if hasattr(answer, "close"):
                answer.close()
            spent = time.process_time()
            if name:
                line = {"name": name, "statements": self.statements, "cpu": spent - self.spent}
                self.log.write(json.dumps(line) + "\n")
            self.spent = spent

    def _count(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        return execute(sql, params, many, context)


application = Meter(os.environ["ENCORE_BENCH_LOG"])
