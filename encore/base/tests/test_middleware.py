"""Answers on the wire."""

import gzip

from django.http import FileResponse, HttpResponse
from django.test import RequestFactory

from encore.base.middleware import CompressedPages

LONG = "<p>once more from the beginning</p>" * 100


def answer(response):
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    return CompressedPages(lambda asked: response)(request)


def test_a_page_is_compressed():
    response = answer(HttpResponse(LONG))

    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content).decode() == LONG
    assert len(response.content) < len(LONG) / 5


def test_a_file_is_not_compressed(tmp_path):
    (tmp_path / "page.html").write_text(LONG)

    response = answer(FileResponse((tmp_path / "page.html").open("rb")))

    assert "Content-Encoding" not in response
    assert response["Content-Length"] == str(len(LONG))


def test_data_is_not_compressed():
    response = answer(HttpResponse(LONG, content_type="text/csv"))

    assert "Content-Encoding" not in response
