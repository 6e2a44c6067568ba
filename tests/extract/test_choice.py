from random import Random

from aggregator.extract.choice import choose_text, is_whole

_WORDS = "boat harbour council night water price school teacher market strike river engine market letter".split()


def _text(words: int, seed: int = 1) -> str:
    random = Random(seed)
    return " ".join(random.choice(_WORDS) + str(random.randrange(99)) for _ in range(words)) + "."


def test_a_text_of_150_words_is_whole_unless_it_is_cut_off() -> None:
    assert is_whole(_text(150))
    assert not is_whole(_text(149))
    for end in ("…", "[…]", "[...]", " ...", '…"'):
        assert not is_whole(_text(200) + end), end


def test_the_page_is_taken_where_the_feed_has_only_an_excerpt() -> None:
    assert choose_text(_text(55) + " […]", _text(600))[0] == "page"
    assert choose_text("", _text(600)) == ("page", "the feed has no text")


def test_an_excerpt_stays_where_the_page_has_no_more() -> None:
    assert choose_text(_text(55), _text(40, seed=2))[0] == "feed"
    assert choose_text(_text(55), "") == ("feed", "no article on the page")
    assert choose_text("", "") == ("none", "there is no text")


def test_a_whole_feed_wins_over_a_page_that_lost_half_of_it() -> None:
    whole = _text(400)
    half = " ".join(whole.split()[:200])
    assert choose_text(whole, half) == ("feed", "the page lacks 50% of its text")


def test_a_whole_feed_wins_over_other_text_of_the_same_length() -> None:
    assert choose_text(_text(400), _text(420, seed=2))[0] == "feed"


def test_the_page_wins_when_it_has_nearly_all_of_a_whole_feed_though_it_is_shorter() -> None:
    article = _text(400)
    assert choose_text(f"{article} The post Night boats appeared first on The Harbour.", article)[0] == "page"


def test_the_page_wins_when_it_is_far_longer_than_a_feed_that_is_written_for_itself() -> None:
    assert choose_text(_text(180), _text(900, seed=2))[0] == "page"


def test_typography_makes_no_difference() -> None:
    words = _text(300)
    assert choose_text(words, words.upper().replace(" ", "\u00a0"))[0] == "page"
