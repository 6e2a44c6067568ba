"""The language of include and exclude: tables of what is found, what is refused and where, and properties."""

import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.errors import AggregatorError, ExpressionError
from aggregator.expressions.document import Document, fold, is_language
from aggregator.expressions.expression import MAX_LENGTH, parse_expression
from aggregator.expressions.reader import MAX_DEPTH

MARCH = Document(
    title="Evo Morales leads march on La Paz",
    text="The anti-imperialist march of Bolivia’s cocaleros reached El Alto.\n\n"
    "The Perú border: 24/7 open, said Łukasz.",
    authors=("Ana Quispe", "Tim Young"),
    publication="Friends of Bolivia",
    sources=("kawsachun", "red-andina"),
    categories=("World Politics", "Latin America"),
    language="es-BO",
    published_at=datetime(2026, 3, 14, 23, 30, tzinfo=UTC),
)


def titled(title: str) -> Document:
    return Document(title=title)


MATCHES = [
    ("a word stands in the title", "morales", MARCH),
    ("a word stands in the text", "cocaleros", MARCH),
    ("case is folded in the expression", "MORALES", MARCH),
    ("case is folded in the document", "alto", MARCH),
    ("a word without accent finds one with", "peru", MARCH),
    ("a word with accent finds one without", "Bolívia", MARCH),
    ("a stroke letter is folded", "lukasz", MARCH),
    ("a digit is a word", "24", MARCH),
    ("words side by side are all wanted", "evo cocaleros", MARCH),
    ("words side by side need no order", "cocaleros evo", MARCH),
    ("AND in capitals joins", "evo AND cocaleros", MARCH),
    ("OR needs only one", "arce OR morales", MARCH),
    ("NOT of what is absent", "NOT arce", MARCH),
    ("NOT behind a word", "evo NOT arce", MARCH),
    ("NOT behind AND", "evo AND NOT arce", MARCH),
    ("NOT behind OR", "arce OR NOT mesa", MARCH),
    ("NOT twice is none", "NOT NOT evo", MARCH),
    ("NOT before a group", "NOT (arce OR mesa)", MARCH),
    ("NOT binds before AND", "NOT arce morales", MARCH),
    ("NOT binds before OR", "NOT evo OR morales", MARCH),
    ("AND binds before OR, on the left", "evo OR arce AND mesa", MARCH),
    ("AND binds before OR, on the right", "arce AND mesa OR evo", MARCH),
    ("a space binds before OR", "arce mesa OR evo", MARCH),
    ("parentheses bind first", "(arce OR evo) (mesa OR morales)", MARCH),
    ("parentheses within parentheses", "((evo))", MARCH),
    ("an operator may touch a parenthesis", "NOT(arce)", MARCH),
    ("line breaks are spaces", "evo\n  OR\tarce", MARCH),
    ("a phrase in order", '"evo morales"', MARCH),
    ("a phrase over a line break", '"el alto the peru border"', MARCH),
    ("a phrase over punctuation", '"border 24 7 open"', MARCH),
    ("punctuation within a phrase parts words only", '"Evo, Morales!"', MARCH),
    ("typographic quotes", "“evo morales”", MARCH),
    ("low typographic quotes", "„evo morales“", MARCH),
    ("guillemets", "«evo morales»", MARCH),
    ("single typographic quotes", "‘evo morales’", MARCH),
    ("an apostrophe within single typographic quotes", "‘bolivia’s cocaleros’", MARCH),
    ("a quoted operator is a word", '"AND"', titled("and so on")),
    ("a prefix", "bolivi*", MARCH),
    ("a prefix may be the whole word", "bolivia*", MARCH),
    ("a prefix with accent", "bolíví*", MARCH),
    ("a prefix ends a phrase", '"evo mor*"', MARCH),
    ("a prefix before the closing quote and a space", '"evo mor* "', MARCH),
    ("a prefix behind a hyphen", "anti-imp*", MARCH),
    ("a hyphen parts words in the expression", "anti-imperialist", MARCH),
    ("a hyphen parts words in the document", "imperialist", MARCH),
    ("a phrase without the hyphen", '"anti imperialist"', MARCH),
    ("a dash parts words", "anti–imperialist", MARCH),
    ("an apostrophe parts words in the document", "bolivia", MARCH),
    ("an apostrophe parts words in the expression", "bolivia's", MARCH),
    ("a typographic apostrophe is one", "bolivia’s", MARCH),
    ("an apostrophe at the end", "cocaleros'", MARCH),
    ("an underscore parts words", "evo", titled("by_evo_morales")),
    ("title: before a word", "title:evo", MARCH),
    ("title: before a phrase", 'title:"la paz"', MARCH),
    ("title: before a prefix", "title:mor*", MARCH),
    ("title: before a group", "title:(evo OR arce)", MARCH),
    ("title: before a regex", "title:/evo\\s+mor/", MARCH),
    ("text:", "text:cocaleros", MARCH),
    ("author: a word of one name", "author:quispe", MARCH),
    ("author: the whole name", 'author:"tim young"', MARCH),
    ("author: words of different names", "author:(ana young)", MARCH),
    ("publication:", 'publication:"friends of bolivia"', MARCH),
    ("source: the origin", "source:kawsachun", MARCH),
    ("source: a carrier", "source:red-andina", MARCH),
    ("source: in quotes", 'source:"red-andina"', MARCH),
    ("source: either", "source:(mesa OR kawsachun)", MARCH),
    ("source: by a regex", "source:/^red-/", MARCH),
    ("category: a word of it", "category:politics", MARCH),
    ("category: all of it", 'category:"latin america"', MARCH),
    ("lang: matches a variety of it", "lang:es", MARCH),
    ("lang: the variety", "lang:es-BO", MARCH),
    ("lang: in small letters", "lang:es-bo", MARCH),
    ("lang: with an underscore", "lang:es_BO", MARCH),
    ("lang: either", "lang:(en OR es)", MARCH),
    ("published: on the day", "published:2026-03-14", MARCH),
    ("published: with a sign of equality", "published:=2026-03-14", MARCH),
    ("published:>= the day itself", "published:>=2026-03-14", MARCH),
    ("published:<= the day itself", "published:<=2026-03-14", MARCH),
    ("published:> the day before", "published:>2026-03-13", MARCH),
    ("published:< the day after", "published:<2026-03-15", MARCH),
    ("published: a range in a group", "published:(>=2026-03-01 <2026-04-01)", MARCH),
    ("an unknown date is not before", "NOT published:<2026-01-01", titled("x")),
    ("an inner field wins", "title:(evo author:quispe)", MARCH),
    ("a field holds through NOT in its group", "title:(evo NOT cocaleros)", MARCH),
    ("a field holds through inner parentheses", "title:((arce OR evo) paz)", MARCH),
    ("a regex in the title", "/mor[aeiou]les/", MARCH),
    ("a regex sees punctuation", "/border: 24\\/7/", MARCH),
    ("a regex sees folded text", "/peru/", MARCH),
    ("a regex in capitals", "/PERU/", MARCH),
    ("a regex with accents", "/per[úx]/", MARCH),
    ("a regex with an escaped accent", "/per\\ú/", MARCH),
    ("a regex keeps the case of its escapes", "/evo\\Smorales|evo\\smorales/", MARCH),
    ("a regex sees plain apostrophes", "/bolivia's/", MARCH),
    ("a typographic apostrophe in a regex", "/bolivia’s/", MARCH),
    ("a regex may hold spaces, quotes and parentheses", '/(la "?paz)/', MARCH),
    ("a regex of one author", "author:/^tim/", MARCH),
    ("a regex of a category", "category:/america$/", MARCH),
    ("a regex of Unicode letters", "/\\p{Greek}{3}/", titled("η Βολιβία")),
    ("a regex finds an emoji", "/🇧🇴/", titled("Viva 🇧🇴!")),
    ("lower-case and is a word", "evo and arce", titled("evo and arce")),
    ("sharp s", "strasse", titled("Straße")),
    ("sharp s in the expression", "straße", titled("STRASSE")),
    ("a ligature", "oeuvre", titled("œuvre")),
    ("a letter with a separate accent", "perú", titled("Peru\u0301")),
    ("a soft hyphen is not there", "bolivia", titled("Boli\u00advia")),
    ("a zero-width space is not there", "bolivia", titled("Boli\u200bvia")),
    ("a no-break space is a space", '"evo morales"', titled("Evo\u00a0Morales")),
    ("full-width letters", "bolivia", titled("Ｂｏｌｉｖｉａ")),
    ("an ellipsis parts words", "bolivia", titled("Bolivia…otra")),
    ("inverted marks part words", "que", titled("¿Qué?")),
    ("Turkish capital I", "istanbul", titled("İSTANBUL")),
    ("Quechua with an apostrophe", "p'unchay", titled("Inti p’unchay")),
    ("Quechua with a letter apostrophe", "p’unchay", titled("Inti pʼunchay")),
    ("Quechua prefix behind an apostrophe", "q'alt*", titled("Q’altutaki")),
    ("Aymara with diaeresis", "jach'a", titled("JACH’A ÄYLLU")),
    ("Greek without accent", "βολιβια", titled("Βολιβία")),
    ("Greek final sigma", "μοραλεσ", titled("Μοράλες")),
    ("Cyrillic", "боливия", titled("БОЛИВИЯ")),
    ("Chinese within a sentence", "玻利维亚", titled("玻利维亚总统")),
    ("Chinese prefix", "玻利*", titled("在玻利维亚")),
    ("Japanese", "ボリビア", titled("南米ボリビアの")),
    ("Korean prefix", "볼리비*", titled("볼리비아에서")),
    ("Hindi", "बोलीविया", titled("बोलीविया में")),
    ("Arabic with vowel points", "بوليفيا", titled("بُولِيفْيَا")),
    ("Hebrew", "בוליביה", titled("על בוליביה")),
    ("Thai", "โบลิเวีย", titled("ประเทศโบลิเวีย")),
]

MISSES = [
    ("a word is whole, at its end", "moral", MARCH),
    ("a word is whole, at its start", "orales", MARCH),
    ("a prefix is no infix", "rale*", MARCH),
    ("one word of two is not enough", "evo arce", MARCH),
    ("AND needs both", "evo AND arce", MARCH),
    ("OR of absent words", "arce OR mesa", MARCH),
    ("NOT of what is there", "NOT evo", MARCH),
    ("NOT of a group", "NOT (arce OR evo)", MARCH),
    ("parentheses bind before AND", "(evo OR arce) mesa", MARCH),
    ("a phrase out of order", '"morales evo"', MARCH),
    ("a phrase with a gap", '"evo leads"', MARCH),
    ("a phrase does not span title and text", '"la paz the anti"', MARCH),
    ("a phrase does not span two authors", 'author:"quispe tim"', MARCH),
    ("a phrase does not span two categories", 'category:"politics latin"', MARCH),
    ("a phrase without star is whole at its end", '"evo mora"', MARCH),
    ("a word with hyphen wants all its parts", "anti-fascist", MARCH),
    ("title: does not look into the text", "title:cocaleros", MARCH),
    ("text: does not look into the title", "text:morales", MARCH),
    ("a bare word does not look at authors", "quispe", MARCH),
    ("a bare word does not look at categories", "politics", MARCH),
    ("a bare regex does not look at publications", "/friends/", MARCH),
    ("a group keeps its field", "title:(evo cocaleros)", MARCH),
    ("source: is a whole id", "source:red", MARCH),
    ("lang: a variety is not its language", "lang:es-BO", Document(language="es")),
    ("lang: no mere beginning", "lang:es", Document(language="est")),
    ("lang: unknown", "lang:es", Document()),
    ("published: another day", "published:2026-03-15", MARCH),
    ("published:> the day itself", "published:>2026-03-14", MARCH),
    ("published:< the day itself", "published:<2026-03-14", MARCH),
    ("published: unknown", "published:>=2026-01-01", titled("x")),
    ("a regex does not span two authors", "author:/quispe.*tim/", MARCH),
    ("a regex does not span lines", "/alto.*peru/", MARCH),
    ("an empty document has no words", "evo", Document()),
    ("Chinese characters apart", "玻利", titled("玻 X 利")),
    ("Indic vowel signs tell words apart", "कि", titled("की")),
]

ERRORS = [
    ("nothing at all", "", 1, "is empty"),
    ("only spaces", "   ", 4, "is empty"),
    ("an empty group", "evo ()", 5, "hold nothing"),
    ("a parenthesis never closed", "evo (arce", 5, "never closed"),
    ("the outer of two never closed", "(evo (arce)", 1, "never closed"),
    ("nothing behind a parenthesis", "evo (", 5, "never closed"),
    ("a parenthesis never opened", "evo) arce", 4, "closes nothing"),
    ("only a closing parenthesis", ")", 1, "closes nothing"),
    ("AND at the end", "evo AND", 5, "AND has nothing after it"),
    ("OR at the end of a group", "(evo OR) arce", 6, "OR has nothing after it"),
    ("NOT at the end", "evo NOT", 5, "NOT has nothing after it"),
    ("AND at the start", "AND evo", 1, "AND has nothing before it"),
    ("OR at the start of a group", "(OR evo)", 2, "OR has nothing before it"),
    ("two operators", "evo AND OR arce", 5, "AND has nothing after it"),
    ("only NOT", "NOT", 1, "NOT has nothing after it"),
    ("a quote never closed", 'evo "arce', 5, "never closed"),
    ("a typographic quote never closed", "evo “arce", 5, "never closed"),
    ("a single typographic quote never closed", "evo ‘arce", 5, "never closed"),
    ("plain single quotes", "evo 'la paz'", 5, "double quotes"),
    ("an empty phrase", 'evo ""', 5, "no letter or digit"),
    ("a phrase of signs", '"!?"', 1, "by a /regex/"),
    ("an emoji", "evo 🌽", 5, "by a /regex/"),
    ("a word at a phrase", '"evo"morales', 6, "space is missing"),
    ("a phrase at a word", 'evo"morales"', 4, "space is missing"),
    ("a word at a group", "(evo)morales", 6, "space is missing"),
    ("a field without colon", "title(evo)", 6, "write title:("),
    ("a minus", "evo -arce", 5, "write NOT arce"),
    ("a minus before a phrase", 'evo -"la paz"', 5, "write NOT"),
    ("a minus before a group", "-(evo)", 1, "write NOT"),
    ("a dash for a minus", "–evo", 1, "write NOT evo"),
    ("a comma", "evo, arce", 4, "write OR between"),
    ("a semicolon", "evo; arce", 4, "double quotes"),
    ("a bar", "evo | arce", 5, "write OR"),
    ("two ampersands", "evo && arce", 5, "write AND"),
    ("an exclamation mark", "!evo", 1, "write NOT"),
    ("a plus", "+evo", 1, "leave it out"),
    ("a point in a word", "U.S.", 2, "double quotes"),
    ("a slash in a word", "24/7", 3, "double quotes"),
    ("a colon in a word", "12:30", 3, "double quotes"),
    ("a control character", "ev\x07o", 3, "U+0007"),
    ("half a character", "evo \ud800", 5, "no letter or digit"),
    ("a lone star", "evo *", 5, "beginning of a word"),
    ("a star before a word", "*livia", 1, "may only end"),
    ("a star within a word", "bo*via", 3, "may only end"),
    ("two stars", "boli**", 5, "may only end"),
    ("a star behind a hyphen", "anti-*", 6, "beginning of a word"),
    ("a star within a phrase", '"ev* morales"', 4, "may only end"),
    ("a lone star in a phrase", '"evo *"', 6, "beginning of a word"),
    ("a star behind a phrase", '"evo mor"*', 10, "inside the quotes"),
    ("an unknown field", "evo autor:quispe", 5, 'did you mean "author:"'),
    ("a field in capitals", "Title:evo", 1, 'did you mean "title:"'),
    ("an unknown field unlike any", "zzz:evo", 1, "known fields are title:, text:"),
    ("a topic is an id", "evo topic:/and/", 11, "takes the id of another topic"),
    ("a topic is no phrase", 'evo topic:"the andes"', 11, "takes the id of another topic"),
    ("a country in small letters", "country:bo", 9, "two capital letters"),
    ("a country by name", "country:Bolivia", 9, "two capital letters"),
    ("an address", "http://example.org/", 1, 'quote a ":"'),
    ("a field alone", "evo title:", 5, "stands alone"),
    ("a space behind a field", "title: evo", 1, "stands alone"),
    ("a field before a closing parenthesis", "(title:)", 2, "stands alone"),
    ("a field before an empty group", "title:()", 7, "hold nothing"),
    ("a field before an operator", "title:NOT evo", 7, "NOT title:word"),
    ("two fields", "title:text:evo", 7, "two fields"),
    ("a regex never closed", "evo /mor", 5, "never closed"),
    ("a regex closed by an escaped slash", "/mor\\/", 1, "never closed"),
    ("an empty regex", "//", 1, "is empty"),
    ("a regex with flags", "/mor/i", 6, "no flags"),
    ("a regex with a group open", "evo /(mor/", 5, "missing )"),
    ("a back reference", "/(a)\\1/", 1, "back references"),
    ("look-ahead", "/a(?=b)/", 1, "look-around"),
    ("a repetition too large", "/(a{900}){900}/", 1, "repetition size"),
    ("a range backwards", "/[z-a]/", 1, "range"),
    ("a date in words", "published:yesterday", 11, "published:>=2026-01-01"),
    ("a year", "published:>=2026", 11, "published:>=2026-01-01"),
    ("a day that is none", "published:>=2026-02-30", 13, "2026-02-30"),
    ("a date in quotes", 'published:"2026-01-01"', 11, "takes a date"),
    ("a date by a regex", "published:/2026/", 11, "takes a date"),
    ("a space behind the comparison", "published:>= 2026-01-01", 11, "takes a date"),
    ("a comparison without field", ">=2026-01-01", 1, "published:>=2026-01-01"),
    ("a language by name", "lang:spanish", 6, "es or es-BO"),
    ("a language prefix", "lang:e*", 6, "es or es-BO"),
    ("a source prefix", "source:red*", 8, "whole id"),
    ("a source of two words", 'source:"red andina"', 8, "whole id"),
]


@pytest.mark.parametrize(("expression", "document"), [case[1:] for case in MATCHES], ids=[case[0] for case in MATCHES])
def test_matches(expression: str, document: Document) -> None:
    assert parse_expression(expression).matches(document)
    assert parse_expression(expression).reason(document)


@pytest.mark.parametrize(("expression", "document"), [case[1:] for case in MISSES], ids=[case[0] for case in MISSES])
def test_does_not_match(expression: str, document: Document) -> None:
    assert not parse_expression(expression).matches(document)
    assert parse_expression(expression).reason(document) is None


@pytest.mark.parametrize(
    ("expression", "column", "said"), [case[1:] for case in ERRORS], ids=[case[0] for case in ERRORS]
)
def test_is_refused(expression: str, column: int, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(expression)
    assert caught.value.column == column
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("bolivi* OR morales", "bolivi* in text"),
        ("arce OR “evo  morales”", "“evo morales” in title"),
        ("evo cocaleros", "evo in title AND cocaleros in text"),
        ("evo NOT (arce OR mesa)", "evo in title AND NOT (arce OR mesa)"),
        ("title:(evo NOT cocaleros)", "evo in title AND NOT cocaleros in title"),
        ("title:(NOT author:mesa)", "NOT author:mesa"),
        ("/mor[a-z]+/", "/mor[a-z]+/ in title"),
        ("author:quispe", "quispe in author"),
        ("source:kawsachun lang:es", "source:kawsachun AND lang:es"),
        ("published:>=2026-01-01", "published:>=2026-01-01"),
    ],
)
def test_the_reason_is_the_part_that_made_it_true(expression: str, reason: str) -> None:
    assert parse_expression(expression).reason(MARCH) == reason


@pytest.mark.parametrize(
    ("expression", "warning"),
    [
        ("evo morales OR arce", "column 13: AND (or only a space) mixed with OR, without parentheses; it is read as"),
        ("evo morales OR arce", "(evo morales) OR arce"),
        ("evo OR arce AND mesa OR paz", "evo OR (arce AND mesa) OR paz"),
        ("andes (evo morales OR arce)", "column 20:"),
        ("evo and arce", 'column 5: "and" is looked for as a word; the operator is AND'),
        ("evo Or arce", "column 5:"),
        ("evo NOT /x*/", "column 9: /x*/ matches any text"),
    ],
)
def test_what_is_probably_not_meant_is_warned_about(expression: str, warning: str) -> None:
    assert len(parse_expression(expression).warnings) == 1
    assert warning in parse_expression(expression).warnings[0]


@pytest.mark.parametrize("expression", ["evo OR arce", "evo arce", "(evo morales) OR arce", "evo OR NOT arce", '"or"'])
def test_what_is_clear_is_not_warned_about(expression: str) -> None:
    assert parse_expression(expression).warnings == ()


def test_parentheses_have_a_bottom() -> None:
    assert parse_expression("(" * MAX_DEPTH + "evo" + ")" * MAX_DEPTH).matches(MARCH)
    for opening in ("(", "title:(", "NOT ("):
        with pytest.raises(ExpressionError, match="parentheses inside each other") as caught:
            parse_expression((opening * 10_000)[:MAX_LENGTH])
        assert caught.value.column == MAX_DEPTH * len(opening) + opening.index("(") + 1


def test_length_has_an_end() -> None:
    with pytest.raises(ExpressionError, match="20,002 characters") as caught:
        parse_expression("a " * 10_001)
    assert caught.value.column == MAX_LENGTH + 1


def test_a_long_flat_expression_is_read() -> None:
    assert parse_expression(" OR ".join(["arce"] * 2000 + ["evo"])).matches(MARCH)
    assert parse_expression("NOT " * 4000 + "evo").matches(MARCH)
    assert parse_expression("evo " * 4000).matches(MARCH)


def test_a_regex_is_linear_in_the_text() -> None:
    assert not parse_expression("/(a+)+$/").matches(titled("a" * 50_000 + "!"))


def test_an_error_and_a_document_survive_the_way_to_another_process() -> None:
    with pytest.raises(AggregatorError) as caught:
        parse_expression("evo )")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.column) == (str(caught.value), 5)
    assert parse_expression("evo").matches(MARCH)
    assert pickle.loads(pickle.dumps(MARCH)) == MARCH


@pytest.mark.parametrize(
    ("tag", "wanted", "same"),
    [("es", "es", True), ("es-BO", "ES", True), ("es", "es-BO", False), ("", "es", False), ("est", "es", False)],
)
def test_a_language_holds_its_varieties(tag: str, wanted: str, same: bool) -> None:
    assert is_language(tag, wanted) is same


# --- properties ------------------------------------------------------------------------------------------------------

any_text = st.text(st.characters(), max_size=60)  # half characters too
pieces = st.sampled_from(
    "( ) AND OR NOT title: author: source: lang: published: >=2026-01-01 evo bolivi* es é /a+b/ [ 玻 \ud800 "
    "“ ” ‘ ’ « \" / \\ * - '".split()
)
documents = st.builds(
    Document,
    title=any_text,
    text=any_text,
    authors=st.lists(any_text, max_size=2).map(tuple),
    publication=any_text,
    sources=st.lists(any_text, max_size=2).map(tuple),
    categories=st.lists(any_text, max_size=2).map(tuple),
    language=st.one_of(st.just("es"), any_text),
    published_at=st.none() | st.datetimes(timezones=st.just(UTC)),
)


@given(st.one_of(any_text, st.lists(pieces, max_size=15).map("".join), st.lists(pieces, max_size=12).map(" ".join)))
@example("/[ß-é]/")
@example("/\\é{2}*/")
def test_any_text_is_read_or_refused_with_its_column(text: str) -> None:
    try:
        expression = parse_expression(text)
    except ExpressionError as error:
        column, said = error.column, (str(error),)
    else:
        expression.matches(MARCH)
        column, said = 1, expression.warnings
    assert 1 <= column <= len(text) + 1
    assert all(line.isprintable() for line in said)


EVERYTHING = parse_expression(
    'evo OR "la p*" OR /[^ ]x+$/ OR author:ana OR author:/q/ OR publication:friends OR category:(world OR /z/) OR '
    "source:kawsachun OR source:/z/ OR lang:qu OR lang:/z/ OR published:<1990-01-01"
)


@given(documents)
def test_matching_never_raises_and_agrees_with_its_reason(document: Document) -> None:
    assert EVERYTHING.matches(document) == (EVERYTHING.reason(document) is not None)


@given(documents)
def test_a_document_matches_either_an_expression_or_its_negation(document: Document) -> None:
    assert EVERYTHING.matches(document) != parse_expression(f"NOT ({EVERYTHING.text})").matches(document)


@given(st.text(st.characters(codec="cp1252"), max_size=80))
def test_the_short_way_of_folding_agrees_with_the_long_one(text: str) -> None:
    assert fold(text + "ж") == fold(text) + "ж"  # a letter outside the Western code page takes the long way


@given(st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1, max_size=12))
def test_a_word_finds_itself_in_any_script(word: str) -> None:
    assert parse_expression(f'"{word}"').matches(titled(f"({word}), {word}!"))


@given(st.text("aAbá1 -.'\n", max_size=30), st.sampled_from(["a", "ab", "a1", "ba*", "1", "a*"]))
def test_a_word_is_found_in_place_as_among_the_parted_words(text: str, word: str) -> None:
    needle = f" {word.removesuffix('*')}" + " " * (not word.endswith("*"))
    document = Document(text=text)
    assert parse_expression(f"text:{word}").matches(document) == (needle in document.words("text"))
