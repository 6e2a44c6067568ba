"""Which items join a topic, by which rule, and what keeps the others out."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from aggregator.errors import ExpressionError
from aggregator.expressions.document import Document
from aggregator.expressions.expression import parse_expression
from aggregator.models import Topic
from aggregator.topics import compile_topics, route, why_not

MARCH = Document(
    title="Evo Morales leads march",
    text="Cocaleros reach El Alto.",
    sources=("kawsachun", "red-andina"),
    language="es-BO",
)
ALONE = Document(title="Rain in Potosí", sources=("kawsachun",), language="en")


@dataclass(frozen=True)
class Case:
    """A topic's rules, an item, and the rule that lets it in, or else the clause that keeps it out."""

    name: str
    joins: str = ""
    out: str = ""
    include: str = ""
    exclude: str = ""
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    document: Document = MARCH
    defaults: frozenset[str] = field(default=frozenset())


ANDES = frozenset({"andes", "water"})
CASES = [
    Case("no rules let everything in", joins="the topic takes everything"),
    Case("include lets in what it matches", '"evo morales" in title', include='arce OR "evo morales"'),
    Case("include keeps out the rest", out="include: not true of it: arce", include="arce"),
    Case("exclude has the last word", out="exclude: alto in text", include="evo", exclude="alto"),
    Case("exclude without include", out="exclude: alto in text", exclude="alto"),
    Case("exclude that does not match", "evo in title", include="evo", exclude="arce"),
    Case("a carrier is a source", "the topic takes everything", sources=("red-andina",)),
    Case("the origin is a source", "the topic takes everything", sources=("x", "kawsachun")),
    Case(
        "another source stays out",
        out="sources: takes el-sol, la-luna, not kawsachun, red-andina",
        sources=("el-sol", "la-luna"),
    ),
    Case("no source at all", out="sources: takes el-sol, not an unknown one", sources=("el-sol",), document=Document()),
    Case("sources and include both hold", out="include: not true", sources=("kawsachun",), include="arce"),
    Case("a language lets in its varieties", "the topic takes everything", languages=("qu", "es")),
    Case("another language", out="languages: takes en, not es-BO", languages=("en",)),
    Case(
        "the language alone is not its variety",
        out="languages: takes en-GB, not en",
        languages=("en-GB",),
        document=ALONE,
    ),
    Case("an unknown language", out="languages: takes en, not an unknown one", languages=("en",), document=Document()),
    Case("a source that joins everything", "one of kawsachun, red-andina", include="arce", defaults=ANDES),
    Case(
        "the only source is named", "source kawsachun joins everything", include="evo", document=ALONE, defaults=ANDES
    ),
    Case("defaults of other topics do nothing", out="include: not true", include="arce", defaults=frozenset({"x"})),
    Case("exclude holds against defaults", out="exclude: evo in title", exclude="evo", defaults=ANDES),
    Case("languages hold against defaults", out="languages: takes en", languages=("en",), defaults=ANDES),
    Case("sources hold against defaults", out="sources: takes el-sol", sources=("el-sol",), defaults=ANDES),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_route(case: Case) -> None:
    topic = Topic("andes", "Andes", "", "", case.include, case.exclude, case.sources, case.languages)
    rule = compile_topics([topic])["andes"]
    document = replace(case.document, default_topics=tuple(case.defaults))
    joined_by, kept_out_by = (ask(rule, document) for ask in (route, why_not))
    if case.joins:
        assert joined_by is not None
        assert case.joins in joined_by
        assert kept_out_by == ""
    else:
        assert joined_by is None
        assert case.out
        assert case.out in (kept_out_by or "")


def test_a_rule_names_the_key_it_stands_in() -> None:
    rule = compile_topics([Topic("andes", "Andes", include='"evo morales"')])["andes"]
    assert route(rule, MARCH) == 'include: "evo morales" in title'


@pytest.mark.parametrize("key", ["include", "exclude"])
def test_an_expression_that_cannot_be_read_names_topic_and_key(key: str) -> None:
    with pytest.raises(ExpressionError, match=f'topic "andes": {key}: this "\\(" is never closed') as caught:
        compile_topics([Topic("andes", "Andes", **{key: "evo (arce"})])
    assert caught.value.column == 5


def test_an_expression_of_spaces_is_no_missing_one() -> None:
    with pytest.raises(ExpressionError, match="is empty"):
        compile_topics([Topic("andes", "Andes", include=" ")])


# --- counted words ---------------------------------------------------------------------------------------------------

FILLER = "the ferry left the harbour at noon and nobody on the quay could say why it was late again this week "


def about(
    *, title: str = "News", lead: str = "", mentions: int = 0, words: int = 300, name: str = "Bolivia"
) -> Document:
    """Make an article that names something so many times after its lead, and is so many words long."""
    rest = (FILLER * (words // 18 + 4)).split()
    text = [*lead.split(), *rest][: words - mentions]
    return Document(title=title, text=" ".join([*text[:60], *[name] * mentions, *text[60:]]))


def points(rule: str, document: Document) -> float | None:
    score = parse_expression(rule).score(document)
    return score and score.points


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(about(title="Bolivia votes"), 3, id="the title alone"),
        pytest.param(about(title="Bolivia votes, Bolivia waits"), 3, id="the title counts once"),
        pytest.param(about(mentions=1), 1, id="one mention"),
        pytest.param(about(lead="In Bolivia", mentions=1), 3, id="the lead, which is a mention, too, and one more"),
        pytest.param(about(mentions=4, words=1200), 2, id="in a long text a mention counts half"),
        pytest.param(about(mentions=1, words=75), 2, id="in a short one twice"),
        pytest.param(about(lead="In Bolivia", words=20), 3, id="and no more in a shorter one"),
        pytest.param(about(), None, id="none at all"),
        pytest.param(Document(title="Bolivia"), 3, id="no text"),
    ],
)
def test_words_are_counted(document: Document, expected: float | None) -> None:
    assert points("bolivi*", document) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param('bolivia OR "evo morales" OR evo OR morales', 4, id="what stands in one place counts once"),
        pytest.param("bolivia AND evo AND NOT chile", 4, id="what is wanted together is counted together"),
        pytest.param("bolivia OR country:BO", None, id="a fact needs no words"),
        pytest.param("bolivia AND country:BO", 2, id="a fact besides counts nothing"),
        pytest.param("NOT chile", None, id="what is absent cannot be counted"),
        pytest.param("title:news AND bolivia", 5, id="a field that is the title"),
        pytest.param("/bolivia|evo/", 4, id="a regex"),
        pytest.param("/x*/", 0, id="a regex that finds nothing anywhere"),
        pytest.param("author:quispe OR evo", None, id="another field is a fact"),
    ],
)
def test_what_is_counted(rule: str, expected: float | None) -> None:
    text = " ".join((FILLER * 17).split()[:290])
    document = Document(
        title="News",
        text=f"{text} Bolivia and Evo Morales, Bolivia with Evo Morales.",
        authors=("Ana Quispe",),
        countries=("BO",),
    )
    assert points(rule, document) == expected


def test_a_passing_mention_is_not_enough() -> None:
    rule = compile_topics([Topic("andes", "Andes", include="bolivi* OR country:PE", min_score=3)])["andes"]
    passing = about(mentions=1, words=600)
    assert route(rule, passing) is None
    assert why_not(rule, passing) == ("include: bolivi* in text, 0.7 points of 3 (min_score): once in 600 words")
    assert route(rule, about(title="Bolivia votes")) == (
        "include: bolivi* in title, 3 points of 3 (min_score): in the title"
    )
    assert route(rule, replace(passing, countries=("PE",))) == "include: bolivi* in text"
    assert "joins everything" in (route(rule, replace(passing, sources=("x",), default_topics=("andes",))) or "")


def test_a_topic_asks_for_another_by_all_its_rules() -> None:
    topics = [
        Topic("both", "Both", include="topic:andes OR topic:sea", exclude="topic:sport"),
        Topic("andes", "Andes", include="bolivi*", min_score=3, languages=("es",)),
        Topic("sea", "Sea", sources=("harbour",)),
        Topic("sport", "Sport", include="football"),
    ]
    rules = compile_topics(topics)
    assert list(rules) == ["both", "andes", "sea", "sport"]

    def why(**fields: Any) -> str | None:
        return route(rules["both"], Document(**fields))

    assert why(title="Bolivia vota", language="es") == "include: topic:andes"
    assert why(title="Bolivia votes", language="en") is None
    assert why(text=about(mentions=1).text, language="es") is None
    assert why(title="Rain", sources=("harbour",)) == "include: topic:sea"
    assert why(title="Football", sources=("harbour",)) is None
    assert why(title="Lluvia", default_topics=("andes",), language="es") == "include: topic:andes"
