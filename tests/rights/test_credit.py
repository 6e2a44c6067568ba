"""Partners' own credit lines and the addresses of licences."""

import pytest

from aggregator.rights.credit import check_credit, fill_in
from aggregator.rights.licence import licence_url

VALUES = {
    "author": "Ana Quispe",
    "newsroom": "El Faro",
    "title": "The {url} well",
    "url": "https://faro.example/well",
    "licence": "CC BY 4.0",
    "date": "2026-11-22",
}
URL = VALUES["url"]

LINES = [
    ("a sentence", "© El Faro", [("© El Faro", "")]),
    ("placeholders", "{newsroom}, {date}, {licence}", [("El Faro, 2026-11-22, CC BY 4.0", "")]),
    ("a link", "From [{newsroom}]({url}).", [("From ", ""), ("El Faro", URL), (".", "")]),
    ("an address", "See https://faro.example/terms.", [("See ", ""), ("https://faro.example/terms",) * 2, (".", "")]),
    ("the article's address", "{url}", [(URL, URL)]),
    ("a link elsewhere", "[Terms](https://faro.example/terms)", [("Terms", "https://faro.example/terms")]),
    ("a title with braces is text", "{title}", [("The {url} well", "")]),
    ("brackets that are no link", "[sic] {author}", [("[sic] Ana Quispe", "")]),
]


@pytest.mark.parametrize(("template", "pieces"), [pytest.param(*row, id=name) for name, *row in LINES])
def test_a_credit_line_is_filled_in(template: str, pieces: list[tuple[str, str]]) -> None:
    assert check_credit(template) == template
    assert list(fill_in(template, VALUES)) == pieces


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("By {autor}", r"names \{autor\}, which is not known; known are \{author\}, \{newsroom\}"),
        ("{}", r"names \{\}, which"),
        ("[El Faro](faro)", 'links "El Faro" to "faro"; write'),
        ("[El Faro](javascript:alert)", "links"),
    ],
)
def test_a_credit_line_that_cannot_be_filled_in_is_refused(template: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_credit(template)


@pytest.mark.parametrize(
    ("licence", "url"),
    [
        ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("cc by-nc-sa 3.0", "https://creativecommons.org/licenses/by-nc-sa/3.0/"),
        ("CC-BY-ND", "https://creativecommons.org/licenses/by-nd/4.0/"),
        ("Creative Commons BY SA 4.0 International", "https://creativecommons.org/licenses/by-sa/4.0/"),
        ("CC0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("https://faro.example/terms", "https://faro.example/terms"),
        ("By agreement", ""),
        ("", ""),
    ],
)
def test_a_licence_has_an_address(licence: str, url: str) -> None:
    assert licence_url(licence) == url
