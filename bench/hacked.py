"""A month in which partners are broken into, replayed: is spam published, and are honest articles held?

Run as `python -m bench.hacked [SEED]`, from the repo. Eleven of twelve invented partners (`bench.hacked_partners`) are
each broken into for some days, in a way of their own, and cleaned again; honest oddities stand before and after. Every
poll goes through cleaning and quarantine as the program does it, at a desk without an editor, so that nobody corrects
what is held by mistake. Honest articles that wait while intruders are in are no mistake; one that waits longer is.
Exits 1 when spam was published or more than 1 % of the honest articles were held by mistake.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aggregator.clean.html import clean_html
from aggregator.models import Background, Facts
from aggregator.suspicion.facts import facts_of
from aggregator.suspicion.profile import SourceProfile, learn, mark, note
from aggregator.suspicion.verdict import Suspicion, suspect, why_quarantined
from bench.hacked_partners import DAYS, START, Partner, Post, cast_partners

MOST_HELD = 0.01  # of all honest articles
_POLL = timedelta(hours=4)
_EXAMPLES = 3  # reasons printed for each partner


@dataclass
class Desk:
    """What is published and held of one partner."""

    partner: Partner
    profile: SourceProfile = field(default_factory=SourceProfile)
    published: dict[str, Post] = field(default_factory=dict)
    held: dict[str, Post] = field(default_factory=dict)
    held_since: dict[str, datetime] = field(default_factory=dict)
    spam: set[str] = field(default_factory=set)  # published with spam in it
    dropped: set[str] = field(default_factory=set)  # vanished at the partner's while held
    mistaken: dict[str, str] = field(default_factory=dict)  # honest articles held without need, and why
    waited: dict[str, timedelta] = field(default_factory=dict)  # honest articles held while intruders were in
    tampered: set[str] = field(default_factory=set)  # honest articles that had spam in them while held
    reasons: list[str] = field(default_factory=list)

    def poll(self, now: datetime) -> None:
        """Take in what is new or changed, look again at what is held, and publish what may be."""
        posts = [post for post in self.partner.feed(now) if self.published.get(post.key) != post]
        for key in self.held:
            post = self.partner.look_up(key, now)
            if post is None:
                self.profile = mark(self.profile, key, 0)
                self.dropped.add(key)
            elif key not in {post.key for post in posts}:
                posts.append(post)
        self.held = {key: post for key, post in self.held.items() if key not in self.dropped}
        facts = [read(post, self.partner) for post in posts]
        self.profile = note(self.profile, facts, now)
        suspicions = [suspect(one, self.profile, now) for one in facts]
        for one, suspicion in zip(facts, suspicions, strict=True):
            self.profile = mark(self.profile, one.key, suspicion.weight if suspicion else 0)
        quarantine = why_quarantined(self.profile, now)
        for post, one, suspicion in zip(posts, facts, suspicions, strict=True):
            if suspicion or quarantine:
                self._hold(post, suspicion, quarantine, now)
            else:
                self._publish(post, one, now)

    def _hold(self, post: Post, suspicion: Suspicion | None, quarantine: str, now: datetime) -> None:
        if suspicion and post.key not in self.held_since:
            self.reasons.append(suspicion.why)
        if post.is_spam and not post.key.startswith("spam"):
            self.tampered.add(post.key)
        self.held[post.key] = post
        self.held_since.setdefault(post.key, now)
        if not post.is_spam and not self.partner.hit_at <= now < self.partner.cleaned_at + _POLL:
            self.mistaken[post.key] = suspicion.why if suspicion else quarantine

    def _publish(self, post: Post, facts: Facts, now: datetime) -> None:
        self.profile = learn(self.profile, facts)
        self.published[post.key] = post
        if self.held.pop(post.key, None) and not post.is_spam:
            self.waited[post.key] = now - self.held_since[post.key]
        if post.is_spam:
            self.spam.add(post.key)


def read(post: Post, partner: Partner) -> Facts:
    """Clean an article and gather its facts."""
    background = Background(post.key, post.title, (partner.site, post.url), post.feed_text)
    return facts_of(background, post.html, clean_html(post.html, post.url), post.language)


def play(seed: int = 1) -> list[Desk]:
    """Let the month pass; returns what came of each partner."""
    desks = [Desk(partner) for partner in cast_partners(seed)]
    for desk in desks:
        now = max(desk.partner.first_at, START)
        while now < START + timedelta(days=DAYS):
            desk.poll(now)
            now += _POLL
    return desks


def main() -> None:
    """Play the month, print what came of it, exit with 1 when it is not good enough."""
    desks = play(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    head = f"{'spam':>6}{'published':>11}{'honest':>8}{'held':>6}{'waited':>8}{'longest':>10}"
    print(f"{'':16}{'broken into by':28}{head}")
    total: Counter[str] = Counter()
    for desk in desks:
        spam = {*desk.spam, *desk.dropped, *desk.tampered}
        honest = [key for key in desk.published if key not in desk.spam]
        total.update(spam=len(desk.spam), honest=len(honest) + len(desk.held), held=len(desk.mistaken))
        longest = max(desk.waited.values(), default=timedelta(0)) / timedelta(hours=1)
        print(
            f"{desk.partner.id:16}{desk.partner.attack or '-':28}{len(spam):>6}{len(desk.spam):>11}{len(honest):>8}"
            f"{len(desk.mistaken):>6}{len(desk.waited):>8}{longest:>8.0f} h"
        )
        for why, times in Counter(desk.reasons).most_common(_EXAMPLES):
            print(f"    {times} x {why}")
        for key, why in desk.mistaken.items():
            print(f"    HELD BY MISTAKE {key}: {why}")
        for key in sorted(desk.spam):
            print(f"    PUBLISHED {key}")
    share = total["held"] / total["honest"]
    print(
        f"\nspam published: {total['spam']}; honest held by mistake: {total['held']} of {total['honest']} ({share:.2%})"
    )
    sys.exit(total["spam"] > 0 or share > MOST_HELD)


if __name__ == "__main__":
    main()
