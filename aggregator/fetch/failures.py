"""Says what went wrong with a request: in one line, with a cure where somebody can do something, and of which kind."""

import os
import socket
import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

from httpcore2 import LocalProtocolError

from aggregator.errors import AddressBlocked, FetchError
from aggregator.fetch.guard import NO_WAY
from aggregator.models import FailureKind


def in_our_words(error: Exception, way: Sequence[str], timeout: timedelta, moved_to: str) -> FetchError:
    """Turn whatever went wrong in an exchange into a FetchError that begins with where it happened."""
    where, asked = describe_way(way), way[0]
    if isinstance(error, FetchError):
        kind: FailureKind = "blocked" if isinstance(error, AddressBlocked) else error.kind
        response = replace(error.response, moved_to=moved_to) if error.response else None
        return type(error)(f"{where}: {error}", asked, error.status, error.retry_after, kind, response)
    kind = "offline" if _is_offline(error) else "unreachable"
    return FetchError(f"{where}: {_reason(error, timeout)}", asked, kind=kind)


def _is_offline(error: Exception) -> bool:
    """Say whether it is our own network that gives nothing."""
    if isinstance(error, socket.gaierror):
        return error.errno == socket.EAI_AGAIN
    return isinstance(error, OSError) and error.errno in NO_WAY


def _reason(error: Exception, timeout: timedelta) -> str:
    match error:
        case TimeoutError(errno=None):  # with a number it is not our deadline but the network's own
            return f"timed out after {timeout.total_seconds():g} s; if it is only slow, allow more by fetch timeout"
        case TimeoutError():
            return "connection timed out; is the site up?"
        case socket.gaierror(errno=socket.EAI_AGAIN):
            return "no answer from the name server; is this machine online?"
        case socket.gaierror():
            return "host not found; is the address right?"
        case ssl.SSLCertVerificationError():
            return f"TLS problem: certificate: {error.verify_message}; ask the partner to repair it"
        case ssl.SSLError():
            return f"TLS problem: {error.reason or 'broken off'}; does a browser open it?"
        case ConnectionRefusedError():
            return "connection refused; is the address right, and the site up?"
        case OSError():
            words = os.strerror(error.errno) if error.errno else "broken off"
            cure = "; is this machine online?" if error.errno in NO_WAY else "; is the site up?"
            return f"connection failed: {words}{cure}"
        case LocalProtocolError():
            return f"the request cannot be sent: {_one_line(error)}; look at fetch headers"
    return f"broken answer: {_one_line(error)}"


def kind_of_refusal(status: int, wait: timedelta | None) -> FailureKind:
    if status == 429 or (status == 503 and wait is not None):
        return "busy"
    if status >= 500:  # numbers beyond 599 count as these (RFC 9110 §15)
        return "server"
    return "refused" if status >= 400 else "unreachable"


def describe_refusal(status: int, wait: float | None) -> str:
    try:
        words = f"answered {status} {HTTPStatus(status).phrase}"
    except ValueError:
        words = f"answered {status}"
    if wait is not None:
        return f"{words}, come back in {wait:g} s"
    match status:
        case 401:
            return f"{words}; ask the partner for access and put it into fetch headers"
        case 403:
            return f"{words}; ask the partner to let us in"
        case 429:
            return f"{words}; poll it less often (min_interval)"
    if status >= 500:
        return f"{words}; if it lasts, tell the partner"
    return f"{words}; is the address right?"


def describe_way(way: Sequence[str]) -> str:
    return way[0] if len(way) == 1 else f"{way[0]} (redirected to {way[-1]})"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
