"""Which items join a topic, by which rule, and what keeps the others out."""

from dataclasses import dataclass, field

import pytest

from aggregator.errors import ExpressionError
from aggregator.expressions.document import Document
from aggregator.models import Topic
from aggregator.topics import compile_topic, route, why_not

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
    rule = compile_topic(topic)
    joined_by, kept_out_by = (ask(rule, case.document, case.defaults) for ask in (route, why_not))
    if case.joins:
        assert joined_by is not None
        assert case.joins in joined_by
        assert kept_out_by == ""
    else:
        assert joined_by is None
        assert case.out
        assert case.out in (kept_out_by or "")


def test_a_rule_names_the_key_it_stands_in() -> None:
    rule = compile_topic(Topic("andes", "Andes", include='"evo morales"'))
    assert route(rule, MARCH, ()) == 'include: "evo morales" in title'


@pytest.mark.parametrize("key", ["include", "exclude"])
def test_an_expression_that_cannot_be_read_names_topic_and_key(key: str) -> None:
    with pytest.raises(ExpressionError, match=f'topic "andes": {key}: this "\\(" is never closed') as caught:
        compile_topic(Topic("andes", "Andes", **{key: "evo (arce"}))
    assert caught.value.column == 5


def test_an_expression_of_spaces_is_no_missing_one() -> None:
    with pytest.raises(ExpressionError, match="is empty"):
        compile_topic(Topic("andes", "Andes", include=" "))
