"""clean_text, first_words, count_words: what any title, name or text may do to us."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.plaintext import bound_marks, clean_text, count_words, first_words, publishable, running_text

ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Ferry\n\t stays\u00a0 open\u2028now\u3000 ", "Ferry stays open now"),
        ("a\x00b\x07c\x1fd\x7fe", "abcde"),
        ("page\x0cbreak", "page break"),
        ("It\x92s \x93so\x94", "It’s “so”"),  # Windows-1252 read as Latin-1
        ("a\ud800b\udfffc\uffffd\ufdd0e", "abcde"),
        ("abc\u202egpj.exe\u202c", "abcgpj.exe"),
        ("a\u2066b\u2067c\u2068d\u2069e\u202af\u202bg\u202dh", "abcdefgh"),
        ("\ufeffvi\u200bag\u2060ra\u00ad", "viagra"),
        ("vi\u200dag\u200cra", "viagra"),
        ("a\u3164b\uffa0c\u115fd", "abcd"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🚒 👩🏽\u200d🔬 🏳️\u200d🌈 ❤️\u200d🔥", "👩\u200d🚒 👩🏽\u200d🔬 🏳️\u200d🌈 ❤️\u200d🔥"),
        ("👩\u200d word", "👩 word"),
        (ENGLAND, ENGLAND),
        ("hi\U000e0041\U000e0042", "hi"),
        ("e\u0301", "é"),
        ("Z" + "\u0316" * 90 + "a\u0301" * 2, "Z\u0316\u0316\u0316\u0316áá"),
        ("ก\u0e47\u0e47\u0e47\u0e47\u0e47\u0e47 ต่ำ", "ก\u0e47\u0e47\u0e47\u0e47 ต่ำ"),
        ("\u05e9\u05b8\u05c1\u0591", "\u05e9\u05b8\u05c1\u0591"),  # a letter with its point, vowel and accent
        ("ệ", "ệ"),
        ("❤\ufe0f葛\U000e0100", "❤\ufe0f葛\U000e0100"),
        ("a\ufe01\ufe02\U000e0150\U000e0151", "a\ufe01"),
        ("<b>2 & 3</b>", "<b>2 & 3</b>"),
        ("", ""),
        ("\u200b \u202e", ""),
    ],
)  # fmt: skip
def test_a_title_is_one_line_that_can_be_shown_anywhere(text, expected):
    assert clean_text(text) == expected


@given(ANY_TEXT)
def test_a_clean_text_stays_as_it_is(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert cleaned == unicodedata.normalize("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in cleaned)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pay \u202e123\u202c now", "pay 123 now"),
        ("a\u202ab\u2066c", "abc"),
        ("کتاب\u200cها", "کتاب\u200cها"),
        ("ভাল\u200bও so\u00adlong", "ভাল\u200bও so\u00adlong"),
        ("\u200fשלום\u200e", "\u200fשלום\u200e"),
        ("v\u2060i\u2063a\ufeffg\u3164ra\U000e0041", "viagra"),
        ("  two\n spaces\x00 ", "  two\n spaces "),
    ],
)
def test_running_text_keeps_its_spaces_and_breaks(text, expected):
    assert running_text(text) == expected


@given(ANY_TEXT)
def test_running_text_stays_as_it_is(text):
    fit = bound_marks(running_text(text))
    assert bound_marks(running_text(fit)) == fit
    fit.encode()
    assert not set(fit) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(ANY_TEXT)
def test_publishable_text_can_be_written_as_xml(text):
    cleaned = publishable(text)
    cleaned.encode()
    assert publishable(cleaned) == cleaned
    assert all(character in "\t\n\r" or " " <= character < "\ufffe" or character > "\uffff" for character in cleaned)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one", 1),
        ("It’s a well-known fact – really.", 5),
        ("… — !", 0),
        ("1,000 boats", 2),
        ("港口委员会今天开会", 5),  # nine characters
        ("フェリーは春まで", 4),
        ("서울 시장 선거", 3),
        ("Alder 港口 news", 3),
        ("ภาษาไทยไม่เว้นวรรค", 4),
    ],
)
def test_words_are_counted_in_any_script(text, words):
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("text", "words", "excerpt"),
    [
        ("one two three", 3, "one two three"),
        ("one two three", 2, "one two …"),
        ("one two three.", 3, "one two three."),
        ("one two, three", 2, "one two …"),
        ("one “two three” four", 2, "one “two …"),
        ("one (two) — three", 2, "one (two) …"),
        ("one two … three", 2, "one two …"),
        ("one two…", 2, "one two…"),
        ("a. b. c. d. e. f. g. h i j k", 8, "a. b. c. d. e. f. g. …"),
        ("a b c d e f g h. i j k", 10, "a b c d e f g h. i j …"),  # too early to be worth it
        ("a b c d e f g h i. j k", 10, "a b c d e f g h i. …"),
        ("first\n\nsecond third", 2, "first\n\nsecond …"),
        ("港口委员会今天开会。明天再来。", 3, "港口委员会今 …"),
        ("one two", 0, ""),
        ("", 5, ""),
        ("  one  ", 5, "one"),
    ],
)  # fmt: skip
def test_an_excerpt_ends_at_a_word(text, words, excerpt):
    assert first_words(text, words) == excerpt


@given(ANY_TEXT, st.integers(0, 30))
def test_an_excerpt_is_never_longer_than_granted(text, words):
    excerpt = first_words(text, words)
    assert count_words(excerpt) <= words
    if words and count_words(text) <= words:
        assert excerpt == text.strip()
    assert text.strip().startswith(excerpt.removesuffix(" …"))
