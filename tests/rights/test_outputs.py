"""No output of a topic shows a word or a picture that the rights forbid, whatever the rights."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.models import Enclosure, Image, Images, Rights, RightsMode, TopicFeed
from aggregator.rights.agreement import Allowance
from aggregator.rights.cut import UncutItem, cut
from aggregator.work.build import RENDITIONS
from tests.rights.cases import DAY, SITE, allow

MODES: tuple[RightsMode, ...] = ("link", "excerpt", "paragraphs", "full")
IMAGES: tuple[Images, ...] = ("no", "credited", "yes")


def article(lengths: list[int]) -> UncutItem:
    """Make an item of paragraphs of these lengths; each word and picture can be told from all others."""
    numbers = iter(range(1000))
    texts = [" ".join(f"word{next(numbers)}." for _ in range(length)) for length in lengths]
    pictures = "".join(
        f'<figure><img src="https://faro.example/bare{n}.jpg" alt="alt{n}"></figure>'
        f'<figure><img src="https://faro.example/named{n}.jpg"><figcaption>caption{n}</figcaption></figure>'
        for n in range(len(lengths))
    )
    return UncutItem(
        id="tag:wire.example,2026-11-22:abcdefghijklmnop",
        url="https://faro.example/1",
        title="A title",
        people=("Ana Quispe",),
        publication="El Faro",
        publication_url="https://faro.example/",
        published_at=DAY,
        updated_at=DAY,
        sort_at=DAY,
        html=pictures + "".join(f"<p>{text}</p>" for text in texts),
        whole_html=pictures + "".join(f"<p>{text}</p>" for text in texts) + "<p>repeated</p>",
        text="\n\n".join(texts),
        language="en",
        image=Image("https://faro.example/lead.jpg", "altlead"),
        enclosures=(Enclosure("https://faro.example/enclosed.jpg", "image/jpeg", 9),),
        categories=(),
        carriers=(),
        source=None,
        carrier="",
        licence="",
        is_corrected=False,
    )


def outputs(item: UncutItem, allowed: Allowance) -> dict[str, str]:
    """Write every output of a topic that holds this item."""
    feed_item = cut(item, allowed)
    assert feed_item.rights_rule == allowed.rule != ""
    feed = TopicFeed("all", "All", "", "en", "https://wire.example/all/", SITE, (feed_item,), changed_at=DAY)
    return {name: render(feed).decode() for name, render in RENDITIONS.items()}


RIGHTS = st.builds(
    Rights,
    mode=st.sampled_from(MODES),
    words=st.integers(1, 80),
    paragraphs=st.integers(1, 4),
    images=st.sampled_from(IMAGES),
    derivatives=st.sampled_from([None, True, False]),
    originals_only=st.booleans(),
    embargo=st.sampled_from([timedelta(), timedelta(days=1)]),
    expires=st.sampled_from(["", "2026-11-22"]),
)


def forbidden(rights: Rights, lengths: list[int]) -> set[str]:
    """Say by the words of one agreement alone what must not be found. A word ends in a full stop, so none is within
    another."""
    limits = [sum(lengths)]
    if rights.mode == "excerpt":
        limits.append(rights.words)
    if rights.mode == "paragraphs":
        limits.append(sum(lengths[: rights.paragraphs]))
    if rights.mode == "link":
        limits.append(0)
    if rights.expires:
        limits.append(60)
    words = {f"word{number}." for number in range(min(limits), sum(lengths))}
    bare = {"lead.jpg", "enclosed.jpg", "altlead", *(f"{name}{n}" for n in range(9) for name in ("bare", "alt"))}
    named = {f"{name}{n}" for n in range(9) for name in ("named", "caption")}
    pictures: dict[str, set[str]] = {"no": bare | named, "credited": bare, "yes": set()}
    return words | pictures["no" if rights.expires else rights.images]


@settings(max_examples=150, deadline=None)
@given(origin=RIGHTS, carrier=st.none() | RIGHTS, lengths=st.lists(st.integers(1, 70), min_size=1, max_size=5))
def test_nothing_leaves_that_one_of_the_agreements_forbids(
    origin: Rights, carrier: Rights | None, lengths: list[int]
) -> None:
    written = outputs(article(lengths), allow(origin, carrier))
    for agreement in filter(None, (origin, carrier)):
        for token in forbidden(agreement, lengths):
            for name, content in written.items():
                assert token not in content, f"{token} in {name}"
