"""Which addresses a link may lead to."""

import pytest

from encore.tools.links.addresses import checked_address
from encore.tools.links.content import Link


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://example.org:8080/a/b?c=d#e",
        "https://müller.example/straße",
        "https://xn--mller-kva.example/",
        "http://localhost:8000/",
        "http://[2001:db8::1]/",
        "mailto:chidi@example.org",
        "mailto:chidi@example.org?subject=Hello",
    ],
)
def test_addresses_of_the_web_and_of_mail_are_taken(address):
    assert checked_address(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.org",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.org",
        "//example.org",
        "/sign-out/",
        "https://",
        "https://exa mple.org",
        "https://example.org/\r\nSet-Cookie: x=1",
        "mailto:",
        "mailto:nobody",
        "mailto:a@example.org\nBcc: b@example.org",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_every_other_address_is_refused(address):
    with pytest.raises(ValueError, match="whole address"):
        checked_address(address)


@pytest.mark.parametrize(
    ("address", "whereto"),
    [
        ("https://www.example.org/page", "example.org"),
        ("http://example.org:8080/", "example.org"),
        ("mailto:chidi@example.org?subject=Hi", "chidi@example.org"),
    ],
)
def test_a_link_says_where_it_leads(address, whereto):
    assert Link(url=address).whereto == whereto
