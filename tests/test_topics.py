"""Which items join a topic, by which rule, and what keeps the others out."""

from dataclasses import dataclass, field

import pytest

from aggregator.errors import ExpressionError
from aggregator.expressions.document import Document
from aggregator.models import Topic
from aggregator.topics import compile_topic, route

MARCH = Document(
    title="Evo Morales leads march",
    text="Cocaleros reach El Alto.",
    sources=("kawsachun", "red-andina"),
    language="es-BO",
)
ALONE = Document(title="Rain in Potosí", sources=("kawsachun",), language="en")


@dataclass(frozen=True)
class Case:
    """A topic's rules, an item, and the rule that lets it in, or else the sentence on what keeps it out."""

    name: str
    joins: str = ""
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
    Case("include keeps out the rest", include="arce"),
    Case("exclude has the last word", include="evo", exclude="alto"),
    Case("exclude without include", exclude="alto"),
    Case("exclude that does not match", "evo in title", include="evo", exclude="arce"),
    Case("a carrier is a source", "the topic takes everything", sources=("red-andina",)),
    Case("the origin is a source", "the topic takes everything", sources=("x", "kawsachun")),
    Case(
        "another source stays out",
        sources=("el-sol", "la-luna"),
    ),
    Case("no source at all", sources=("el-sol",), document=Document()),
    Case("sources and include both hold", sources=("kawsachun",), include="arce"),
    Case("a language lets in its varieties", "the topic takes everything", languages=("qu", "es")),
    Case("another language", languages=("en",)),
    Case("the language alone is not its variety", languages=("en-GB",), document=ALONE),
    Case("an unknown language", languages=("en",), document=Document()),
    Case("a source that joins everything", "one of kawsachun, red-andina", include="arce", defaults=ANDES),
    Case(
        "the only source is named", "source kawsachun joins everything", include="evo", document=ALONE, defaults=ANDES
    ),
    Case("defaults of other topics do nothing", include="arce", defaults=frozenset({"x"})),
    Case("exclude holds against defaults", exclude="evo", defaults=ANDES),
    Case("languages hold against defaults", languages=("en",), defaults=ANDES),
    Case("sources hold against defaults", sources=("el-sol",), defaults=ANDES),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_route(case: Case) -> None:
    topic = Topic("andes", "Andes", "", "", case.include, case.exclude, case.sources, case.languages)
    rule = compile_topic(topic)
    joined_by = route(rule, case.document, case.defaults)
    if case.joins:
        assert joined_by is not None
        assert case.joins in joined_by
    else:
        assert joined_by is None


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
