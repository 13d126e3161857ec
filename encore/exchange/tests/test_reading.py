"""Any file of any program, or a sentence that says why not."""

import io
import struct
import zipfile
from datetime import date, datetime, time

import pytest

from encore.base.reading import tables
from encore.base.reading.errors import FileRefused
from encore.base.reading.files import read_file
from encore.exchange.columns import Column, is_known, read_records
from encore.exchange.tests.conftest import workbook

COLUMNS = (
    Column("name", "LastName", ("surname",), required=True),
    Column("town", "Town"),
    Column("note", "Note"),
    Column("old", "Old", unused="it is old."),
)
TEXT = "LastName;Town\r\nMüller;Zürich\r\nd’Arc;Orléans\r\n"


def read(content: bytes | str, name="file.csv"):
    data = content.encode() if isinstance(content, str) else content
    return read_file(io.BytesIO(data), lambda heading: is_known(COLUMNS, heading))


def records(content: bytes | str, **options):
    return read_records(read(content), COLUMNS, **options)


def values(content: bytes | str) -> list[dict]:
    return [record.values for record in records(content)[0]]


def refusal(content: bytes | str) -> str:
    with pytest.raises(FileRefused) as caught:
        records(content)
    return str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "mark", "told"),
    [
        ("utf-8", b"", "Read as UTF-8."),
        ("utf-8", b"\xef\xbb\xbf", "Read as UTF-8."),
        ("utf-16", b"", "Read as UTF-16."),
        ("utf-16-le", b"", "Read as UTF-16."),
        ("utf-16-be", b"", "Read as UTF-16."),
        ("cp1252", b"", "Read as Windows-1252. If accents"),
    ],
)
def test_every_usual_encoding_is_read_and_told(encoding, mark, told):
    table = read(mark + TEXT.encode(encoding))

    assert [row.cells for row in table.rows] == [["Müller", "Zürich"], ["d’Arc", "Orléans"]]
    assert table.notes[0].startswith(told)


def test_latin_letters_without_windows_signs_are_iso_8859_1():
    table = read("LastName\nMüller\n".encode("latin-1"))

    assert table.rows[0].cells == ["Müller"]
    assert table.notes[0].startswith("Read as ISO-8859-1.")


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_recognised(separator, end):
    content = end.join([separator.join(["LastName", "Town"]), separator.join(["Haddad", "Ghent"]), ""])

    assert values(content) == [{"name": "Haddad", "town": "Ghent"}]


def test_the_separator_is_the_one_that_gives_known_headings():
    content = "LastName;Town, with the country\nHaddad;Ghent, Belgium, Europe\n"

    assert values(content)[0]["name"] == "Haddad"


def test_a_line_that_names_the_separator_is_believed():
    record = records("sep=,\nLastName,Town\nHaddad,Ghent\n")[0][0]

    assert (record.line, record.values) == (3, {"name": "Haddad", "town": "Ghent"})


@pytest.mark.parametrize(
    "heading", ["LastName", "lastname", " Last Name ", "LAST_NAME", "last-name", '"LastName"', "Surname"]
)
def test_case_and_spaces_in_headings_make_no_difference(heading):
    assert values(f"{heading};Town\nHaddad;Ghent\n") == [{"name": "Haddad", "town": "Ghent"}]


def test_a_heading_that_ends_in_a_separator_is_no_column():
    content = "LastName;Town;\nHaddad;Ghent\nNovak;Brno;\n"

    found, notes = records(content)

    assert [(r.values, r.problem) for r in found] == [
        ({"name": "Haddad", "town": "Ghent"}, ""),
        ({"name": "Novak", "town": "Brno"}, ""),
    ]
    assert notes == []


def test_quoted_cells_hold_separators_quotes_and_new_lines_and_lines_are_those_of_the_file():
    content = 'LastName;Note\nHaddad;"one\ntwo; ""three"""\n\nNovak;x\n'

    found = records(content)[0]

    assert [(r.line, r.value("note")) for r in found] == [(2, 'one\ntwo; "three"'), (5, "x")]


def test_unknown_columns_are_reported_and_known_ones_that_are_not_used_say_why():
    _found, notes = records("LastName;Shoe size;Old;Hat\nHaddad;38;x;yes\n")

    assert notes == ["Old is not used: it is old.", "These columns are not known and were not read: Shoe size, Hat."]


def test_a_column_without_a_heading_is_reported():
    _found, notes = records("LastName;;Town\nHaddad;secret;Ghent\n")

    assert notes == ["Column 2 has no heading and was not read."]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "The file is empty."),
        ("\ufeff \r\n\r\n", "The file is empty."),
        ("Town\nGhent\n", "The column LastName is missing. The first line of the file names its columns: Town."),
        ("LastName;Surname\nx;y\n", "The column LastName is there twice, as “LastName” and as “Surname”."),
        ("LastName;Hat;hat\nx;y;z\n", "The column “hat” is there twice."),
        ('LastName;Note\nHaddad;"open\nNovak;x\n', "Line 2: a quotation mark is opened and never closed"),
        (b"LastName\nHad\0dad\n", "Line 2 holds a NUL character"),
        (b"\xff\xfeL\x00a\x00\x00", "says that it is in UTF-16"),
        (b"LastName\nM\x81ller\n", "an encoding that we cannot tell"),
        ("LastName\nMüller\nÖzil\n".encode() + b"M\xfcller\n", "Line 4 holds letters that are not UTF-8"),
        (b"%PDF-1.7 and so on", "This is a PDF file."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old Excel file (.xls)"),
        ("<html><table><tr><td>LastName</td></tr></table></html>", "This is a web page"),
        (b"PK\x03\x04 but no zip at all", "This workbook is damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content, words):
    assert words in refusal(content)


@pytest.mark.parametrize(("cells", "count"), [("Haddad", 1), ("Haddad;Ghent;more;still", 4)])
def test_a_row_with_another_number_of_cells_says_so(cells, count):
    record = records(f"LastName;Town;Note\n{cells}\n")[0][0]

    assert record.problem == f"This row has {count} cells, the first line of the file has 3."


def test_commas_inside_square_brackets_do_not_end_a_cell_where_brackets_are_used():
    content = "LastName,Town,Note\nA,B[x][y,z]|C[u,v],end\n"

    record = records(content, brackets=True)[0][0]

    assert record.values == {"name": "A", "town": "B[x][y,z]|C[u,v]", "note": "end"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("'=1+1", "=1+1"),
        ("'+32 2", "+32 2"),
        ("'-x", "-x"),
        ("'@x", "@x"),
        ("=1+1", "=1+1"),
        ("'s Hertogenbosch", "'s Hertogenbosch"),
        ("''=x", "'=x"),
    ],
)
def test_an_apostrophe_before_a_sign_that_spreadsheets_run_is_taken_off(written, meant):
    assert values(f"LastName\n{written}\n") == [{"name": meant}]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(settings):
    class Huge(io.BytesIO):
        def tell(self):
            return settings.UPLOAD_LIMIT + 1

        def read(self, *args):
            raise AssertionError("it was read")

    with pytest.raises(FileRefused, match="larger than 100 MB"):
        read_file(Huge(), lambda heading: False)


def test_more_rows_than_are_allowed_are_refused(monkeypatch):
    monkeypatch.setattr(tables, "MOST_ROWS", 2)

    assert "more than 2 rows" in refusal("LastName\na\nb\nc\n")


# Workbooks


def test_a_workbook_is_read_like_csv():
    data = workbook(
        ["LastName", "Town", "Note"],
        ["Müller", 1200.0, date(2026, 9, 1)],
        [None, None, None],
        ["=1+1 as text", 12.5, datetime(2026, 9, 1, 8, 30)],  # noqa: DTZ001
        ["'=x", True, time(8, 0)],
    )

    found = records(data)[0]

    assert [(r.line, list(r.values.values())) for r in found] == [
        (2, ["Müller", "1200", "2026-09-01"]),
        (4, ["", "12.5", "2026-09-01 08:30:00"]),
        (5, ["=x", "1", "08:00:00"]),
    ]


def test_a_table_that_begins_further_down_has_the_lines_of_the_sheet():
    data = workbook([], [], ["LastName"], ["Haddad"])

    assert records(data)[0][0].line == 4


def test_the_first_sheet_that_holds_anything_is_read_and_others_are_mentioned():
    table = read(workbook(sheet="Empty", Second=[["LastName"], ["Haddad"]], Third=[["x"]]))

    assert table.rows[0].cells == ["Haddad"]
    assert table.notes == ["Only the sheet “Second” was read; the others were not."]


def zipped(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name.replace("__", "/"), data)
    return file.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = zipped(**{"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"\0" * (80 * 1024 * 1024)})

    assert len(bomb) < 200_000
    assert "unpacks to far more" in refusal(bomb)


def test_a_zip_bomb_that_lies_about_its_size_is_refused():
    size = 80 * 1024 * 1024
    bomb = zipped(**{"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"\0" * size})
    lie = bomb.replace(struct.pack("<I", size), struct.pack("<I", 100))

    assert lie != bomb
    assert "unpacks to far more" in refusal(lie)


def test_a_workbook_with_thousands_of_parts_is_refused():
    many = zipped(**{"xl/workbook.xml": b"<workbook/>"}, **{f"part{n}": b"x" for n in range(2100)})

    assert "unpacks to far more" in refusal(many)


def test_a_cell_in_the_far_corner_does_not_fill_the_memory():
    data = workbook(["LastName"], ["Haddad"])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    far = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>')
    parts["xl/worksheets/sheet1.xml"] = far

    assert far != sheet
    assert "more than 100000 rows" in refusal(zipped(**parts))


def test_a_zip_that_is_no_workbook_says_so():
    assert "not an Excel workbook" in refusal(zipped(**{"readme.txt": b"hello"}))


def test_a_truncated_workbook_is_damaged():
    assert "damaged" in refusal(workbook(["LastName"], ["Haddad"])[:-200])


# XML


def tree(content: str | bytes):
    return read(content)


def test_xml_has_the_lines_of_the_file():
    found = tree(
        "<?xml version='1.0'?>\n<Contacts>\n  <Contact>\n    <LastName> Haddad </LastName>\n  </Contact>\n</Contacts>"
    )

    contact = next(found.root.all("contact"))
    assert (contact.line, contact.value("lastname")) == (3, "Haddad")


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_xml_is_read_in_the_encoding_it_declares(encoding):
    found = tree(
        f"<?xml version='1.0' encoding='{encoding}'?><Contacts><Contact>Müller</Contact></Contacts>".encode(encoding)
    )

    assert next(found.root.all("contact")).text == "Müller"


def test_xml_that_declares_latin_and_is_utf_8_is_read_as_what_it_is():
    found = tree("<?xml version='1.0' encoding='ISO-8859-1'?><Contacts><Contact>Müller</Contact></Contacts>".encode())

    assert next(found.root.all("contact")).text == "Müller"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><Contacts>&a;</Contacts>", "declares a document type or entities"),
        (
            "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><Contacts>&a;</Contacts>",
            "declares a document type or entities",
        ),
        ("<Contacts>\n<Contact>\n</Contacts>", "Line 3: this is not well-formed XML"),
        ("<a>" * 30 + "</a>" * 30, "nested too deeply"),
    ],
)
def test_dangerous_and_broken_xml_is_refused_in_words(content, words):
    with pytest.raises(FileRefused, match=words):
        tree(content)
