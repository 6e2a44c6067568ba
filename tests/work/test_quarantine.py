"""A partner's site is broken into and cleaned again, seen through the whole program."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from aggregator.reports.status import SourceStatus, gather_status
from aggregator.service import Service
from aggregator.store.database import Database
from tests.newsroom import EVERYTHING, Newsroom, Post, cycle, page, paragraphs, rss
from tests.partner import Partner

SPAM = '<p><a href="https://www.race-garage.example/">assetto corsa mods</a></p>'
TOPICS = [
    f"{what} in {where}" for what in ("rain", "bread", "school", "market") for where in ("Oruro", "Tarija", "Beni")
]


class Site:
    """A newsroom that publishes whole articles in its feed."""

    def __init__(self, partner: Partner, name: str) -> None:
        self.partner, self.name = partner, name
        self.posts: dict[str, str] = {}
        self.publish(**{topic: paragraphs(f"{name} {topic}") for topic in TOPICS})

    def publish(self, **bodies: str) -> None:
        """Add articles, or change them."""
        self.posts |= bodies
        self.serve()

    def take_away(self, topic: str) -> None:
        del self.posts[topic]
        self.partner.serve(f"/{self.name}/{topic.replace(' ', '-')}", status=404)
        self.serve()

    def serve(self) -> None:
        posts = []
        for topic, body in reversed(self.posts.items()):
            url = self.partner.serve(f"/{self.name}/{topic.replace(' ', '-')}", page(topic, body))
            posts.append(Post(topic, url, topic, body))
        self.partner.serve(f"/{self.name}/feed", rss(posts))

    @property
    def block(self) -> str:
        feed = self.partner.url(f"/{self.name}/feed")
        return f'[[source]]\nid = "{self.name}"\nname = "The {self.name}"\nfeed = "{feed}"\n[source.rights]\nmode = "full"\n'


def play(newsroom: Newsroom, *steps: Callable[[Service], Awaitable[object]] | Callable[[], object]) -> None:
    async def run() -> None:
        async with newsroom.service() as service:
            for step in steps:
                done = step(service) if step is cycle else step()  # type: ignore[call-arg,arg-type]
                if asyncio.iscoroutine(done):
                    await done

    asyncio.run(run())


def shown(newsroom: Newsroom) -> str:
    return newsroom.read("all.json").decode()


def status_of(newsroom: Newsroom, source: str) -> SourceStatus:
    with Database(newsroom.settings.database) as database, database.snapshot() as connection:
        status = gather_status(connection, newsroom.config, newsroom.clock())
    return next(one for one in status.sources if one.id == source)


def opened(tmp_path: Path, partner: Partner, more: str = "") -> tuple[Newsroom, Site, Site]:
    """Open a newsroom with two partners, both known and published."""
    newsroom, valley, port = Newsroom(tmp_path), Site(partner, "valley"), Site(partner, "port")
    newsroom.edit(valley.block + port.block + EVERYTHING + more)
    play(newsroom, cycle)
    newsroom.clock.forward(hours=6)
    assert "race-garage" not in shown(newsroom)
    return newsroom, valley, port


def test_a_link_set_between_paragraphs_holds_the_article_and_the_other_sources_go_on(
    tmp_path: Path, partner: Partner
) -> None:
    newsroom, valley, port = opened(tmp_path, partner)
    valley.publish(**{"The night bus": paragraphs("bus", 4) + SPAM + paragraphs("bus stop", 4)})
    port.publish(**{"The new pier": paragraphs("pier")})
    play(newsroom, cycle)
    assert "The new pier" in shown(newsroom)
    assert "The night bus" not in shown(newsroom)
    assert newsroom.rows("select state from item where title = 'The night bus'") == [("held",)]
    status = status_of(newsroom, "valley")
    assert (status.state, status.held) == ("warning", 1)
    assert "assetto corsa mods" in status.warning
    assert status_of(newsroom, "port").state == "ok"


def test_it_goes_out_when_the_partner_has_cleaned_it(tmp_path: Path, partner: Partner) -> None:
    newsroom, valley, _ = opened(tmp_path, partner)
    valley.publish(**{"The night bus": paragraphs("bus", 4) + SPAM + paragraphs("bus stop", 4)})
    play(newsroom, cycle, lambda: newsroom.clock.forward(hours=30))
    valley.publish(**{"The night bus": paragraphs("bus", 4) + paragraphs("bus stop", 4)})
    play(newsroom, cycle)
    assert "The night bus" in shown(newsroom)
    assert "race-garage" not in shown(newsroom)
    assert status_of(newsroom, "valley").state == "ok"
    kinds = [kind for (kind,) in newsroom.rows("select kind from decision where kind != 'origin' order by id")]
    assert kinds == ["held", "released"]


def test_a_change_to_what_readers_have_seen_is_not_taken_over(tmp_path: Path, partner: Partner) -> None:
    newsroom, valley, _ = opened(tmp_path, partner)
    before = shown(newsroom)
    valley.publish(**{TOPICS[0]: paragraphs(TOPICS[0], 4) + SPAM + paragraphs("more", 4)})
    play(newsroom, cycle)
    assert shown(newsroom) == before
    assert "changes to 1 published article are not taken over" in status_of(newsroom, "valley").warning
    newsroom.clock.forward(hours=60)
    valley.publish(**{TOPICS[0]: paragraphs(TOPICS[0]) + paragraphs("what came of it", 3)})
    play(newsroom, cycle)
    assert "what came of it" in shown(newsroom)
    assert status_of(newsroom, "valley").state == "ok"


def test_everything_new_waits_while_intruders_are_in_and_goes_out_when_they_are_gone(
    tmp_path: Path, partner: Partner
) -> None:
    newsroom, valley, _ = opened(tmp_path, partner)
    spam = {
        f"Casino {number}": "<p>Play at the best online casino with a welcome bonus and free spins now.</p>"
        f'<p>Deposit at <a href="https://www.casino-{number}-bonus.example/">online casino {number}</a>, claim your '
        "bonus and win real money at roulette and blackjack.</p>"
        for number in range(3)
    }
    valley.publish(**spam)
    play(newsroom, cycle)
    newsroom.clock.forward(hours=2)
    valley.publish(**{"The honest strike": paragraphs("strike")})
    play(newsroom, cycle)
    assert "casino" not in shown(newsroom).lower()
    assert "The honest strike" not in shown(newsroom)
    assert status_of(newsroom, "valley").held == 4
    for topic in spam:
        valley.take_away(topic)
    newsroom.clock.forward(hours=26)
    play(newsroom, cycle)
    assert "The honest strike" in shown(newsroom)
    assert "casino" not in shown(newsroom).lower()
    status = status_of(newsroom, "valley")
    assert (status.state, status.held) == ("ok", 0)


def test_an_editor_switches_it_off(tmp_path: Path, partner: Partner) -> None:
    newsroom, valley, port = opened(tmp_path, partner)
    valley.publish(**{"The night bus": paragraphs("bus", 4) + SPAM + paragraphs("bus stop", 4)})
    play(newsroom, cycle)
    newsroom.edit(valley.block + '[source.editorial]\nquarantine = "off"\n' + port.block + EVERYTHING)
    play(newsroom, cycle)
    assert "The night bus" in shown(newsroom)
    assert status_of(newsroom, "valley").held == 0


def test_a_blocked_domain_and_a_blocked_phrase_hold_an_article(tmp_path: Path, partner: Partner) -> None:
    newsroom, valley, port = opened(
        tmp_path, partner, '[blocklist]\nlink_domains = ["bad-shop.example"]\nterms = ["miracle cure"]\n'
    )
    linked = '<p>As <a href="https://news.bad-shop.example/x">the paper</a> wrote, nobody came.</p>'
    valley.publish(**{"The clinic": paragraphs("clinic") + linked})
    port.publish(**{"The harvest": paragraphs("harvest") + "<p>Some call it a Miracle Cure.</p>"})
    play(newsroom, cycle)
    assert "The clinic" not in shown(newsroom)
    assert "The harvest" not in shown(newsroom)
    assert '"bad-shop.example"' in status_of(newsroom, "valley").warning
    assert '"miracle cure"' in status_of(newsroom, "port").warning


def test_a_page_that_hides_links_from_readers_of_the_feed_is_held(tmp_path: Path, partner: Partner) -> None:
    newsroom, *_ = opened(tmp_path, partner)
    body = paragraphs("nurses")
    hidden = (
        '<div style="display:none"><a href="https://www.payday-loans.example/">payday loans</a> '
        '<a href="https://www.online-casino.example/">online casino</a></div>'
    )
    url = partner.serve("/valley/nurses", page("The nurses", body + hidden))
    partner.serve("/valley/feed", rss([Post("n", url, "The nurses", "<p>The nurses of plot 3 speak.</p>")]))
    play(newsroom, cycle)
    assert "The nurses" not in shown(newsroom)
    assert status_of(newsroom, "valley").held == 1
