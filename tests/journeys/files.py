"""Small files as people have them on their computers."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw


def picture(path: Path) -> Path:
    """A red extinguisher, more or less."""
    image = Image.new("RGB", (320, 240), "white")
    ImageDraw.Draw(image).rounded_rectangle((120, 40, 200, 220), 20, fill="firebrick")
    image.save(path)
    return path


def pdf(path: Path) -> Path:
    """One page with one sentence."""
    words = b"BT /F1 24 Tf 72 720 Td (Two ways out of every room.) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(words), words),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    path.write_bytes(body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end)
    return path
