"""Answers with a table as a file: CSV or .xlsx."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from encore.base.reading.writing import csv_lines, write_workbook

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = ("csv", "xlsx")


def as_file(rows: Iterable[Sequence[str]], name: str, form: str) -> HttpResponseBase:
    """The rows, a heading first, as a download called `name` (without its ending); `form` is one of FORMS.

    Raises base.reading.writing.TooLong where a cell does not fit into a workbook.
    """
    if form == "csv":
        disposition = content_disposition_header(True, f"{name}.csv") or ""
        return StreamingHttpResponse(csv_lines(rows), content_type=CSV, headers={"Content-Disposition": disposition})
    file = tempfile.TemporaryFile()
    write_workbook(rows, file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
