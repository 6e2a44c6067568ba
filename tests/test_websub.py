"""What a hub sends is known by its signature."""

import hashlib
import hmac

import pytest

from aggregator.websub import is_signed

BODY, SECRET = "ÿ news".encode(), "a-secret"


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_every_method_of_the_standard_is_known(method: str) -> None:
    signed = hmac.new(SECRET.encode(), BODY, getattr(hashlib, method)).hexdigest()
    assert is_signed(BODY, f"{method}={signed}", SECRET)
    assert is_signed(BODY, f" {method.upper()}={signed.upper()} ", SECRET)
    assert not is_signed(BODY + b" ", f"{method}={signed}", SECRET)
    assert not is_signed(BODY, f"{method}={signed}", SECRET[:-1])
    assert not is_signed(BODY, f"{method}={signed[:-1]}", SECRET)


@pytest.mark.parametrize(
    "signature", ["", "=", "sha1", "sha1=", "sha256=é", "sha224=00", "shake_128=", "md5=00", "=00"]
)
def test_nothing_else_is(signature: str) -> None:
    assert not is_signed(BODY, signature, SECRET)
    md5 = hmac.new(SECRET.encode(), BODY, "md5").hexdigest()
    assert not is_signed(BODY, f"md5={md5}", SECRET)
