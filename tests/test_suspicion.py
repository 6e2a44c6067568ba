"""What is held as the work of intruders, what honest oddities pass, and when a whole source is held."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.clean.html import clean_html
from aggregator.models import Background, Blocklist, Facts, House
from aggregator.suspicion.facts import facts_of
from aggregator.suspicion.hosts import domain_of, find_domain, is_common
from aggregator.suspicion.language import guess_language, is_declared, script_of
from aggregator.suspicion.profile import SourceProfile, learn, mark, note, pack, unpack
from aggregator.suspicion.verdict import HOLDS, STRONG, suspect, why_quarantined
from aggregator.suspicion.words import words_of
from bench.hacked import play

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SITE = "https://www.valley.example/"
BODY = (
    "<p>The council of the valley met on Sunday to speak about the water and the road to the market. Nobody from the "
    "ministry was there.</p><p>They voted by a show of hands, and the road will be paid for by the council.</p>{}"
    "<p>It is the third time this year that they had to wait for an answer from the capital.</p>"
)
SPANISH = (
    "<p>El consejo del valle se reunió el domingo para hablar del agua y de la carretera al mercado. Nadie del "
    "ministerio estaba allí, y los vecinos no lo olvidan, porque es la tercera vez que esperan una respuesta.</p>"
)


def read(
    html: str,
    title: str = "The council votes on the road",
    key: str = "new",
    *,
    language: str = "",
    feed_text: str = "",
    blocklist: Blocklist | None = None,
) -> Facts:
    """Gather facts as the program does; `html` may be a piece that is put between two paragraphs."""
    html = html if html.startswith("=") else BODY.format(html)
    html = html.removeprefix("=")
    background = Background(key, title, (SITE,), feed_text, house=House(blocklist or Blocklist()))
    return facts_of(background, html, clean_html(html, SITE), language)


def link(anchor: str, host: str = "never-seen.example", path: str = "") -> str:
    return f'<a href="https://www.{host}/{path}">{anchor}</a>'


def known(articles: int = 40, html: str = "") -> SourceProfile:
    """Make the profile of a source that has published two articles a day, all of them like `html`."""
    profile = SourceProfile()
    for number in range(articles):
        at = NOW - DAY * ((articles - number) / 2 + 3)
        facts = read(html or f"<p>As {link('the paper of the region', 'paper.example')} wrote.</p>", key=str(number))
        profile = learn(note(profile, [facts], at), facts)
    return profile


PROFILE = known()


def judge(facts: Facts, profile: SourceProfile = PROFILE, others: tuple[Facts, ...] = ()) -> str:
    suspicion = suspect(facts, note(profile, [*others, facts], NOW), NOW)
    return suspicion.why if suspicion else ""


# name, what stands between two paragraphs, what the reason names
LINKS = [
    ("search words as a paragraph", f"<p>{link('assetto corsa mods')}</p>", "assetto corsa mods"),
    ("the same within the own site", f"<p>{link('assetto corsa mods', 'valley.example', 'x1')}</p>", "assetto corsa"),
    ("of no theme at all", f"<p>{link('cheap flights to bali')}</p>", "never-seen.example"),
    ("between two sentences", f"<p>They spoke of it. {link('garden sheds and gazebos')} It rained.</p>", "gazebos"),
    ("at the end of a paragraph", f"<p>“We wait for it.”{link('cheap essay writers')}</p>", "essays"),
    ("within a sentence", f"<p>They walked, {link('online casino bonus')}, to the market.</p>", "gambling"),
    ("to a university", f"<p>They {link('slot gacor', 'unival.edu.bo')} walked.</p>", "gambling"),
    ("to a shop of medicines", f"<p>They {link('walked', 'viagra-now.example')} to the market.</p>", "medicines"),
    ("in a sentence of its own", f"<p>If you like to race, try these {link('assetto corsa mods')} at home.</p>", "games"),
    ("in capitals", f"<p>{link('Cheap Flights To Bali')}</p>", "Bali"),
    ("among two paragraphs on it", f"<p>Casino here.</p><p>Casino there.</p><p>A {link('casino online')}.</p>" + "<p>Rain.</p>" * 9, "gambling"),
    ("in Spanish", f"<p>{link('préstamos rápidos sin aval')}</p>", "loans"),
    ("in Portuguese", f"<p>Falou. {link('Emprestimo Online')} Choveu.</p>", "loans"),
    ("in French", f"<p>{link('casino en ligne sans dépôt')}</p>", "gambling"),
    ("in Russian", f"<p>Text {link('онлайн казино')}</p>", "gambling"),
    ("in Japanese", f"<p>Text {link('スーパーコピー 時計')}</p>", "replicas"),
    ("in Chinese", f"<p>Text {link('线上赌场推荐')}</p>", "gambling"),
    ("in Thai", f"<p>Text {link('สล็อต')}</p>", "gambling"),
    ("in Arabic", f"<p>Text {link('كازينو اون لاين')}</p>", "gambling"),
    ("hidden by its style", f'<div style="display:none">{link("payday loans")}</div>', "loans"),
    ("beyond the screen", f'<div style="position:absolute;left:-9999px">{link("wooden toys shop")}</div>', "hidden"),
    ("hidden by an attribute", f"<p hidden>{link('buy backlinks')}</p>", "trade in links"),
    ("a row of search words", f"<p>{' | '.join(link(f'{w} for sale', f'{w}.example') for w in ('rugs', 'lamps', 'sofas'))}</p>", "search words"),
]  # fmt: skip


@pytest.mark.parametrize(("html", "named"), [pytest.param(*values, id=name) for name, *values in LINKS])
def test_a_link_of_an_intruder_is_held(html: str, named: str) -> None:
    assert named in judge(read(html))


@pytest.mark.parametrize("young", [True, False], ids=["young", "known"])
@pytest.mark.parametrize("name", ["search words as a paragraph", "at the end of a paragraph", "in Japanese"])
def test_what_is_absurd_is_held_before_a_source_is_known(name: str, young: bool) -> None:
    html = next(html for title, html, _ in LINKS if title == name)
    assert judge(read(html), SourceProfile() if young else PROFILE)


TREATMENT = (
    "<p>Betting is played by one in ten students. Police closed two casinos, and the court banned a third one.</p>"
    f"<p>Gambling addiction is treated in the clinic, says the {link('helpline for addicted players', 'way-out.example')}; "
    "“free spins, they told me, and a welcome bonus”, says a victim of the online casino.</p>"
)
FRAUD = (
    "<p>The victims of the bitcoin fraud were promised easy money. Police speak of a scam with forex trading.</p>"
    f"<p>A judge let {link('the crypto platform', 'coin-file.example')} open its books on bitcoin.</p>"
)
HEADLINES = "".join(
    f"<li>{link(words, f'{words[:5].lower()}.example')}</li>"
    for words in ("Teachers walk out in the north", "Which seeds are left", "A port without ships", "Miners, again")
)
# name, piece, title
HONEST = [
    ("gambling addiction", TREATMENT, "Lost to the casino"),
    ("crypto fraud", FRAUD, "Bitcoin fraud before the court"),
    ("a link round-up", f"<ul>{HEADLINES}</ul>", "What we read this week"),
    ("a new partner", f"<p>With {link('Radio Altura', 'altura.example')}, our council speaks.</p>", "The council"),
    ("a new source in a sentence", f"<p>The figures are in {link('a study by the institute')}, they say.</p>", "Water"),
    ("the report alone", f"<p>{link('read the full report')}</p>", "Water"),
    ("an address alone", f"<p>{link('https://www.never-seen.example/')}</p>", "Water"),
    ("a gift alone", f"<p>{link('Donate to our autumn drive')}</p>", "Water"),
    ("a sentence's first words", f"<p>{link('A study')} says that the road costs more than it did.</p>", "Water"),
    ("words of the article alone", f"<p>{link('the road to the market')}</p>", "Water"),
    ("a video", '<iframe src="https://www.youtube.com/embed/a1"></iframe><p>' + link("the march", "instagram.com") + "</p>", "March"),
    ("states and papers", f"<p>{link('the law', 'salud.gob.bo')}, {link('a story', 'reuters.com')}.</p>", "Law"),
    ("an icon that is hidden", f'<span style="display:none">{link("", "icons.example")}</span>', "Water"),
    ("a casino in passing", f"<p>The march passed {link('the old casino', 'town-walks.example')} at noon.</p>", "March"),
]  # fmt: skip


@pytest.mark.parametrize("young", [True, False], ids=["young", "known"])
@pytest.mark.parametrize(("html", "title"), [pytest.param(*values, id=name) for name, *values in HONEST])
def test_the_honest_passes(html: str, title: str, young: bool) -> None:
    assert judge(read(html, title), SourceProfile() if young else PROFILE) == ""


def test_a_site_that_it_links_to_anyway_may_stand_alone() -> None:
    assert judge(read(f"<p>{link('letters and opinions today', 'paper.example')}</p>")) == ""


def test_a_gift_asked_for_in_every_article_passes() -> None:
    facts = [read(f"<p>{link('Donate to our autumn drive')}</p>", key=f"gift {number}") for number in range(6)]
    assert judge(facts[0], others=tuple(facts[1:])) == ""


def test_one_strange_link_in_everything_new_is_held() -> None:
    html = f"<p>They walked to the market, {link('wool blankets')}, and back.</p>"
    facts = [read(html, key=f"post {number}") for number in range(5)]
    assert judge(facts[0]) == ""
    assert "in 5 new articles at once" in judge(facts[0], others=tuple(facts[1:]))


def test_a_source_that_always_sets_links_alone_may_do_so() -> None:
    habit = replace(PROFILE, habits={"lone": 10})
    assert judge(read(f"<p>{link('wool blankets here and there')}</p>"), habit) == ""


def test_a_paper_on_games_may_speak_of_mods() -> None:
    facts = read(f"<p>They built {link('the mods', 'modders.example')} of it.</p>", "Game mods download: ten years on")
    assert judge(facts)
    assert judge(facts, replace(PROFILE, habits={"games": 10})) == ""


def test_an_article_that_sells_is_held() -> None:
    html = (
        "=<p>Play now at the best online casino: free spins, a welcome bonus and fast payouts for real money.</p>"
        f"<p>Register now at {link('Lucky Palm', 'luckypalm.example')} and claim your bonus on online slots.</p>"
    )
    title = "Best Online Casinos: No Deposit Bonus"
    assert "sells gambling" in judge(read(html, title), SourceProfile())
    assert "sells gambling" in judge(read(html, title))


def test_an_article_that_leads_to_a_shop_is_held() -> None:
    html = f"=<p>Not all are alike. Look at the licence first, then try {link('Lucky', 'lucky-casino.example')}.</p>"
    assert "sells gambling" in judge(read(html, "How to choose an online casino"), SourceProfile())


def test_a_headline_put_before_an_honest_text_is_held() -> None:
    assert "its headline speaks of medicines" in judge(read("", "Buy Cialis Online – the council votes"))
    assert "its headline sells medicines" in judge(read("=<p>The council met.</p>", "Buy now: Viagra"))


def test_a_headline_of_another_script_is_held() -> None:
    assert "Japanese" in judge(read("=<p>今だけの特別価格でお届けします。</p>", "腕時計 人気モデル"))


def test_a_new_section_passes_while_it_comes_slowly() -> None:
    facts = [read(f"={SPANISH}", "El consejo vota", key=f"es {number}") for number in range(5)]
    assert facts[0].language == "es"
    assert judge(facts[0]) == ""
    arabic = read("=<p>اجتمع مجلس الوادي يوم الأحد للحديث عن المياه والطريق إلى السوق.</p>", "المجلس", language="ar")
    assert judge(arabic) == ""
    assert 'in the language "es"' in judge(facts[0], others=tuple(facts[1:]))
    declared = [replace(one, is_declared=True) for one in facts]
    assert judge(declared[0], others=tuple(declared[1:])) == ""


def test_a_flood_is_held_and_a_busy_day_is_not() -> None:
    facts = [read("", f"Road {number}", key=f"road {number}") for number in range(60)]
    assert judge(facts[0], others=tuple(facts[1:7])) == ""
    assert "60 new articles in a day" in judge(facts[0], active_until_yesterday(), tuple(facts[1:]))


def active_until_yesterday() -> SourceProfile:
    """A source that has published until yesterday."""
    return replace(PROFILE, per_day=(*PROFILE.per_day, ((NOW - DAY).toordinal(), 2)))


def test_what_came_together_after_an_outage_is_no_flood() -> None:
    late = replace(PROFILE, per_day=tuple((day - 12, count) for day, count in PROFILE.per_day))
    facts = [read("", f"Road {number}", key=f"road {number}") for number in range(60)]
    assert judge(facts[0], late, tuple(facts[1:])) == ""


def test_a_page_of_another_text_than_the_feeds_is_held() -> None:
    feed = "Women miners of Huanuni carry their oldest banner through the snow towards Oruro, singing against layoffs."
    page = read(f"<p>They {link('walk')} there.</p>", feed_text=feed)
    assert page.kinship < 0.1
    assert "hardly a word" in judge(page)
    assert judge(read("", feed_text=feed)) == ""
    assert (
        judge(read(f"<p>{link('a study')}, they say.</p>", feed_text="The council met on Sunday; road and water")) == ""
    )


@pytest.mark.parametrize("young", [True, False], ids=["young", "known"])
def test_the_blocklist_holds(young: bool) -> None:
    blocklist = Blocklist(("bad.example",), ("Agua Milagrosa",))
    profile = SourceProfile() if young else PROFILE
    assert judge(read(f"<p>See {link('this', 'shop.bad.example')}</p>", blocklist=blocklist), profile)
    held = read("<p>Compre la água  milagrosa.</p>", blocklist=blocklist)
    assert 'in the blocklist: "agua milagrosa"' in judge(held, profile)
    suspicion = suspect(held, note(profile, [held], NOW), NOW)
    assert suspicion is not None
    assert not why_quarantined(mark(note(profile, [held], NOW), held.key, suspicion.weight), NOW)
    assert (
        judge(read(f"<p>See {link('this', 'notbad.example')} aguas milagrosas</p>", blocklist=blocklist), profile) == ""
    )


def test_a_strong_suspicion_holds_the_source_for_two_days() -> None:
    facts = read(LINKS[0][1])
    profile = mark(note(PROFILE, [facts], NOW), facts.key, STRONG)
    assert why_quarantined(profile, NOW + DAY)
    assert not why_quarantined(profile, NOW + 3 * DAY)


def test_two_suspicions_within_a_day_hold_the_source_until_they_are_gone() -> None:
    profile = mark(note(PROFILE, [read("", key="one")], NOW), "one", HOLDS)
    assert not why_quarantined(profile, NOW)
    profile = mark(note(profile, [read("", key="two")], NOW + DAY), "two", HOLDS)
    assert "2 of its latest articles" in why_quarantined(profile, NOW + 30 * DAY)
    assert not why_quarantined(mark(profile, "two", 0), NOW + DAY)


def test_a_suspicious_article_is_not_washed_out_by_a_flood() -> None:
    profile = mark(note(PROFILE, [read("", key="one")], NOW), "one", STRONG)
    profile = note(profile, [read("", key=f"more {number}") for number in range(500)], NOW)
    assert "one" in {seen.key for seen in profile.latest}
    assert why_quarantined(profile, NOW)


def test_noting_and_learning_again_counts_once() -> None:
    facts = read(f"<p>In {link('a study')}, they say.</p>")
    once = learn(note(PROFILE, [facts], NOW), facts)
    assert learn(note(once, [facts], NOW), facts) == once
    page = read(f"<p>In {link('a study')} and {link('another', 'other.example')}, they say.</p>")
    again = learn(note(once, [page], NOW), page)
    assert again.articles == once.articles
    assert again.link_hosts["never-seen.example"] == 1
    assert again.per_day == once.per_day


def test_a_profile_is_bounded_and_goes_through_json() -> None:
    profile = SourceProfile()
    for number in range(150):
        links = " ".join(link(f"the paper {place}", f"h{number}-{place}.example") for place in range(30))
        facts = read(f"<p>{links}</p>", key=f"guid {number}")
        profile = learn(note(profile, [facts], NOW + number * DAY / 3), facts)
    data = json.dumps(pack(profile))
    assert unpack(json.loads(data)) == profile
    assert len(data) < 100_000
    assert unpack({}) == SourceProfile()


def test_a_profile_keeps_the_hosts_that_are_used() -> None:
    profile = known(10)
    for number in range(40):
        links = " ".join(link(f"the paper {place}", f"h{number}-{place}.example") for place in range(30))
        facts = read(f"<p>{links}</p>", key=f"guid {number}")
        profile = learn(note(profile, [facts], NOW), facts)
    assert profile.link_hosts["paper.example"] == 10


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="<>ap/ bdiv\"'=hrefstyle:none.\u0000\ud800é漢", max_size=300), st.text(max_size=60))
def test_any_html_is_read(html: str, title: str) -> None:
    facts = facts_of(Background("x", title, (SITE, "", "nonsense"), html), html, html)
    suspect(facts, note(SourceProfile(), [facts], NOW), NOW)


def test_deep_and_long_html_is_read() -> None:
    facts = read("=" + '<div style="display:none">' * 500 + f"<p>{link('a study')}</p>" * 5000)
    assert len(facts.links) <= 80


DOMAINS = [
    ("https://news.partner.example/a", "partner.example"),
    ("https://www.lavoz.com.bo/", "lavoz.com.bo"),
    ("https://a.b.bbc.co.uk/x", "bbc.co.uk"),
    ("https://someone.blogspot.com/2026", "someone.blogspot.com"),
    ("https://192.0.2.7/x", "192.0.2.7"),
    ("http://localhost:80/", "localhost"),
    ("nonsense", ""),
    ("/relative", ""),
]


@pytest.mark.parametrize(("url", "domain"), DOMAINS)
def test_domains_are_those_registered(url: str, domain: str) -> None:
    assert domain_of(url) == domain


def test_hosts_that_everybody_links_to_are_known() -> None:
    assert is_common("youtube.com")
    assert is_common("salud.gob.bo")
    assert is_common("harvard.edu")
    assert not is_common("someone.blogspot.com")
    assert find_domain("https://a.spam.example/x", ["*.spam.example"]) == "*.spam.example"
    assert find_domain("https://myspam.example/x", ["spam.example"]) == ""


def test_languages_are_told_by_their_small_words() -> None:
    assert guess_language(words_of(BODY), "Latin") == "en"
    assert guess_language(words_of(SPANISH), "Latin") == "es"
    assert guess_language(words_of("Lima Quito Oruro"), "Latin") == ""
    assert script_of("【送料無料】腕時計の通販") == "Japanese"
    assert script_of("Онлайн bonus казино") == "Cyrillic"
    assert is_declared("zh-TW", "Chinese", "Chinese")
    assert not is_declared("es", "Japanese", "Japanese")
    assert is_declared("es-BO", "Latin", "es")


def test_a_month_with_intruders_publishes_none_of_their_work_and_holds_nothing_honest_for_long() -> None:
    desks = play(2)
    assert not any(desk.spam for desk in desks)
    assert sum(len(desk.mistaken) for desk in desks) <= 0.01 * sum(len(desk.published) for desk in desks)
    assert all(desk.reasons for desk in desks if desk.partner.attack)
