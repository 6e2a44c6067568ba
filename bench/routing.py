"""How well topics are told apart, and how fast: `python bench/routing.py [a|b] [SOURCES_TOML]`.

The sample is tests/data/routing: invented articles in four languages with the topics that they belong to, filled up to
the lengths that articles have. Half `a` is for looking into; half `b` only for measuring. Every other article is in b.
A topic that an article only mentions, or whose words mean something else there, is a passing mention; printed is the
share of those that stay out, with precision, recall and F1 over all pairs of article and topic.
"""

import json
import random
import re
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aggregator.expressions.document import Document
from aggregator.models import Topic
from aggregator.topics import compile_topics, route
from bench.quality import topics

_DATA = Path(__file__).parent.parent / "tests/data/routing"
_LANGUAGES = {"el-chaski": "es", "radio-tunari": "es", "cono-sur": "es", "o-canal": "pt", "la-vigie": "fr"}
_OTHERS = {"es": ("ciudad_es", "pais_es"), "pt": ("cidade_pt", "pais_pt"), "fr": ("ville_fr", "pays_fr")}
_EVERY_TOPIC = 200


def sample(half: str = "") -> list[dict[str, Any]]:
    """Make the articles as `quality.py topics` reads them, with the right answers beside."""
    sentences = tomllib.loads((_DATA / "sentences.toml").read_text("utf-8"))
    articles = tomllib.loads((_DATA / "articles.toml").read_text("utf-8"))["article"]
    wanted = [one for one in articles if not half or half == "ab"[int(one["id"]) % 2]]
    return [_write(one, sentences) for one in wanted]


def _write(article: dict[str, Any], sentences: dict[str, list[str]]) -> dict[str, Any]:
    dice = random.Random(article["id"])
    language = _LANGUAGES.get(article["source"], "en")
    banks = _OTHERS.get(language) or [name for name in sentences if not re.search("_(es|pt|fr)$", name)]
    fitting, others = [*sentences[article["of"]]], [one for name in banks for one in sentences[name]]
    dice.shuffle(fitting)
    dice.shuffle(others)
    left = article["words"] - len(" ".join([article["lead"], *article["said"]]).split())
    filling: list[str] = []
    for one in dict.fromkeys([*fitting, *others]):
        if left <= 0:
            break
        filling.append(one)
        left -= len(one.split())
    for number, said in enumerate(article["said"], 1):
        filling.insert(round(len(filling) * number / (len(article["said"]) + 1)) + dice.randrange(2), said)
    text = "\n\n".join(" ".join(filling[at : at + 3]) for at in range(0, len(filling), 3))
    known = {name: article[name] for name in ("id", "source", "title", "topics")}
    passing = {*article.get("passing", ()), *article.get("homonym", ())}
    return known | {"lang": language, "text": f"{article['lead']}\n\n{text}", "passing": sorted(passing)}


def measure(articles: list[dict[str, Any]], sources_toml: str) -> tuple[dict[str, float], Iterator[str]]:
    """Return precision, recall, F1 and the passing mentions kept out; and what was wrong, a line each."""
    answers = list(topics([{"sources_toml": sources_toml}, *articles]))
    pairs = {(one["id"], topic) for one in articles for topic in one["topics"]}
    passing = {(one["id"], topic) for one in articles for topic in one["passing"]}
    found = {(answer["id"], topic) for answer in answers for topic in answer["topics"]}
    precision, recall = len(pairs & found) / len(found), len(pairs & found) / len(pairs)
    figures = {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall),
        "kept_out": len(passing - found) / len(passing),
    }
    why = {(answer["id"], topic): said for answer in answers for topic, said in answer["why"].items()}
    wrong = sorted(pairs ^ found)
    lines = (f"{'missed' if pair in pairs else 'wrong '} {' '.join(pair)}: {why[pair]}" for pair in wrong)
    return {name: round(value, 3) for name, value in figures.items()}, lines


def articles_a_second(articles: list[dict[str, Any]]) -> float:
    """Route the sample to as many topics as a large site has: of fifteen words and a phrase each, which one article in
    seven has any of."""
    vocabulary = sorted({word for one in articles for word in re.findall("[a-z]{5,}", one["text"].lower())})
    dice = random.Random(1)

    def words() -> list[str]:
        known, *others = dice.sample(vocabulary, 15)
        return [
            known,
            *(f"{word}{'x*' if number % 3 else 'q'}" for number, word in enumerate(others)),
            '"the old canal"',
        ]

    every = range(_EVERY_TOPIC)
    rules = compile_topics(Topic(f"{number}", "Topic", include=" OR ".join(words()), min_score=3) for number in every)
    began = time.process_time()
    for one in articles:
        document = Document(title=one["title"], text=one["text"], language=one["lang"], sources=(one["source"],))
        for rule in rules.values():
            route(rule, document)
    return round(len(articles) / (time.process_time() - began), 1)


def main() -> None:
    half = sys.argv[1] if len(sys.argv) > 1 else ""
    path = Path(sys.argv[2]) if len(sys.argv) > 2 else _DATA / "sources.toml"
    articles = sample(half)
    figures, wrong = measure(articles, path.read_text("utf-8"))
    if half != "b":
        print(*wrong, sep="\n", file=sys.stderr)
    lengths = sorted(len(one["text"].split()) for one in articles)
    words = {"least": lengths[0], "median": lengths[len(lengths) // 2], "most": lengths[-1]}
    speed = {"articles_a_second": articles_a_second(articles), "topics": _EVERY_TOPIC}
    print(json.dumps({"articles": len(articles), "words": words, **figures, **speed}))


if __name__ == "__main__":
    main()
