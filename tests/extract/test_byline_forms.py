"""Bylines in the many forms they have, with what they say: tests/data/bylines.

A record of these files is one line of an article's body (or none) and the author fields around it: `line`, `place`
(top, second, end), `creator`, `meta`, `jsonld`; then what is right: `people`, `publication`, `url`, and `rest`, what
must stay of the line (true: all of it; not given: nothing). `held-out` was written before the rules were.
"""

import json
import re
from collections import defaultdict
from html import escape
from pathlib import Path
from typing import Any

import pytest
from lxml.html import document_fromstring

from aggregator.clean.html import clean_html
from aggregator.extract.byline import choose_authors, read_byline
from aggregator.extract.metadata import read_authors, read_json_ld

DATA = Path(__file__).parent.parent / "data" / "bylines"
# The least share that is right, of every kind, as measured; what is wrong is printed.
FLOORS = {"development": 1.0, "held-out": 1.0, "further": 0.93}

SITES = {
    "en": ("Highland Weekly", "https://highland.example/2026/05/well"),
    "es": ("El Faro del Valle", "https://valle.example/nota/12"),
    "pt": ("Jornal da Serra", "https://serra.example/n/12"),
    "fr": ("La Lettre du Lac", "https://lac.example/a/12"),
}
TEXTS = {
    "en": (
        "The cooperative met on Sunday to vote on the new well, and nearly all of its members came.",
        "It is to be forty metres deep. Whoever lives above the school has waited for it since the spring.",
        "The council will decide next month who is to pay for the pump.",
    ),
    "es": (
        "La cooperativa se reunió el domingo para votar sobre el nuevo pozo, y vinieron casi todos los socios.",
        "Tendrá cuarenta metros de hondo. Quienes viven arriba de la escuela lo esperan desde el otoño.",
        "El concejo decidirá el mes que viene quién paga la bomba.",
    ),
    "pt": (
        "A cooperativa se reuniu no domingo para votar sobre o novo poço, e vieram quase todos os sócios.",
        "Terá quarenta metros de fundura. Quem mora acima da escola espera por ele desde o outono.",
        "A câmara decide no mês que vem quem paga a bomba.",
    ),
    "fr": (
        "La coopérative s'est réunie dimanche pour voter le nouveau puits, et presque tous les membres sont venus.",
        "Il aura quarante mètres de profondeur. Ceux qui vivent au-dessus de l'école l'attendent depuis le printemps.",
        "Le conseil dira le mois prochain qui paiera la pompe.",
    ),
}
PLACES = {"top": 0, "second": 1, "end": 3}
Form = dict[str, Any]


def forms(name: str) -> list[Form]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def body_with(form: Form, line: str) -> str:
    blocks = [f"<p>{text}</p>" for text in TEXTS[form["lang"]]]
    if line:
        block = line if re.match(r"<(?:p|div|h\d|figure|blockquote)\b", line) else f"<p>{line}</p>"
        blocks.insert(PLACES[form.get("place", "top")], block)
    return "\n".join(blocks)


def words(html: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"<[^>]+>", " ", html.replace("&amp;", "&")))


def authors_of(form: Form) -> tuple[str, ...]:
    metas = "".join(f'<meta name="{name}" content="{escape(said)}">' for name, said in form.get("meta", {}).items())
    jsonld = form.get("jsonld")
    if isinstance(jsonld, dict) and "author" not in jsonld and "@graph" not in jsonld:
        jsonld = {"@type": "Article", "author": jsonld}
    script = f'<script type="application/ld+json">{json.dumps(jsonld)}</script>' if jsonld else ""
    page = document_fromstring(f"<html><head>{metas}{script}</head><body></body></html>")
    creator = form.get("creator", ())
    stated = read_authors(page, read_json_ld(page), SITES[form["lang"]][1])
    return choose_authors(stated, (creator,) if isinstance(creator, str) else creator)


def faults(form: Form) -> list[str]:
    """What is wrong in what is read out of a form; empty when all is right."""
    site, url = SITES[form["lang"]]
    line = form.get("line", "")
    attribution, body = read_byline(clean_html(body_with(form, line), url), authors_of(form), (site,))
    rest = form.get("rest", "")
    right = {
        "people": tuple(form.get("people", ())),
        "publication": form.get("publication", ""),
        "body": words(body_with(form, line if rest is True else rest)),
    }
    read = {"people": attribution.people, "publication": attribution.publication, "body": words(body)}
    if "url" in form:
        right["url"] = form["url"].rstrip("/")
        read["url"] = attribution.publication_url.rstrip("/")
    return [f"{name}: {read[name]}" for name in right if read[name] != right[name]]


@pytest.mark.parametrize("name", FLOORS)
def test_every_kind_of_byline_is_read_as_well_as_measured(name: str) -> None:
    wrong: dict[str, list[str]] = defaultdict(list)
    count: dict[str, int] = defaultdict(int)
    for form in forms(name):
        count[form["kind"]] += 1
        if found := faults(form):
            wrong[form["kind"]].append(f"{json.dumps(form, ensure_ascii=False)}\n    {found}")
    for failed in wrong.values():
        print(*failed, sep="\n")
    shares = {kind: 1 - len(wrong[kind]) / count[kind] for kind in count}
    assert {kind: share for kind, share in shares.items() if share < FLOORS[name]} == {}


@pytest.mark.parametrize("name", ["development", "held-out"])
def test_four_languages_have_their_share_of_the_forms(name: str) -> None:
    languages = [form["lang"] for form in forms(name)]
    assert all(languages.count(language) >= 35 for language in SITES)
