"""Which validators go out with the next request."""

import pytest

from aggregator.models import Validators
from aggregator.validators import after_body, after_not_modified

WEAK, PLAIN, APACHE = 'W/"a1"', '"a1"', '"a1-gzip"'
NEWS = 'W/"b2"'

# name, sent, received, same body, next
BODIES = [
    ("the first answer's tag goes back as it came", "", WEAK, False, WEAK),
    ("so does one without mark", "", PLAIN, False, PLAIN),
    ("a marked tag that earned the same body again loses its mark", WEAK, WEAK, True, PLAIN),
    ("so does Apache's", APACHE, APACHE, True, PLAIN),
    ("the plain form is exchanged back when it fails as well", PLAIN, WEAK, True, WEAK),
    ("the plain form stays in use when there is news", PLAIN, NEWS, False, '"b2"'),
    ("the marked form stays in use when there is news", WEAK, NEWS, False, NEWS),
    ("a server that stops sending tags gets none", WEAK, "", False, ""),
    ("a tag that is only a mark stays as it is", "", "W/", False, "W/"),
]


@pytest.mark.parametrize(
    ("sent", "received", "same", "expected"), [pytest.param(*values, id=name) for name, *values in BODIES]
)
def test_after_a_body(sent: str, received: str, same: bool, expected: str) -> None:
    assert after_body(Validators(sent), Validators(received), same_body=same).etag == expected


@pytest.mark.parametrize(
    ("sent", "named", "expected"),
    [
        pytest.param(PLAIN, WEAK, PLAIN, id="the form that earned the 304 stays"),
        pytest.param(PLAIN, APACHE, PLAIN, id="also beside Apache's mark"),
        pytest.param(PLAIN, "", PLAIN, id="a 304 need not name it"),
        pytest.param(PLAIN, NEWS, NEWS, id="another tag is taken over"),
    ],
)
def test_after_a_304(sent: str, named: str, expected: str) -> None:
    assert after_not_modified(Validators(sent), Validators(named)).etag == expected


def test_last_modified_is_renewed_at_every_answer_even_when_it_moves_backwards() -> None:
    later, earlier = "Sat, 21 Nov 2026 10:00:00 GMT", "Fri, 20 Nov 2026 10:00:00 GMT"
    assert after_body(Validators("", later), Validators("", earlier), same_body=False).last_modified == earlier
    assert after_not_modified(Validators("", later), Validators("", earlier)).last_modified == earlier
    assert after_not_modified(Validators("", later), Validators()).last_modified == later
