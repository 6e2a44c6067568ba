"""Sends mail through one server (home of aiosmtplib). What is sent, and when again after a failure, others say."""

import asyncio
import os
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Any

from aggregator.errors import DeliveryError, DeliveryRefused, DeliveryUnknown

_TIMEOUT = 60.0  # seconds for one message, from the first word to the last
_FOR_GOOD = 500  # answers from here on (RFC 5321 §4.2.1)
_MOST_SAID = 200  # characters of what a server answered


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in.

    Attributes:
        tls: from the first byte on; else by STARTTLS, which the server must offer, unless it is on this machine.
        plain: without TLS all the same.
    """

    host: str
    port: int
    tls: bool = False
    plain: bool = False
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, so that nobody else hears what is said."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


async def send_mail(message: EmailMessage, server: MailServer, sender: str, recipients: Sequence[str]) -> None:
    """Hand a message to a server for some recipients.

    Raises:
        DeliveryError: it was not taken for all of them, or no answer came in time.
    """

    # 0.2 s, and most starts send nothing.
    import aiosmtplib

    with _explained(server):
        async with asyncio.timeout(_TIMEOUT):
            refused, _ = await aiosmtplib.send(
                message, sender=sender, recipients=list(recipients), **_connection(server), timeout=_TIMEOUT
            )
    if refused:
        raise DeliveryError(f"{_where(server)}: takes no mail for {', '.join(refused)}")


async def hand_over(
    write: Callable[[], Awaitable[bytes | None]], server: MailServer, sender: str, recipients: Sequence[str]
) -> bool:
    """Hand a message to a server that is written at the last moment, when the server has agreed to take it.

    Args:
        write: returns the message, ready for the wire; None: there is nothing to be said any more.
    Returns:
        Whether it was handed over.
    Raises:
        DeliveryRefused: the server will never take it.
        DeliveryUnknown: it was handed over, and the connection ended before the answer.
        DeliveryError: it was not taken; later it may be.
    """
    import aiosmtplib

    is_on_its_way = is_taken = False
    try:
        with _explained(server):
            async with asyncio.timeout(_TIMEOUT), aiosmtplib.SMTP(**_connection(server), timeout=_TIMEOUT) as client:
                await client.mail(sender)
                for recipient in recipients:
                    await client.rcpt(recipient)
                message = await write()
                if message is None:
                    return False
                is_on_its_way = True
                await client.data(message)
                is_taken = True
    except DeliveryError as error:
        if is_taken:  # what goes wrong afterwards does not matter
            return True
        if is_on_its_way and error.__cause__ and not isinstance(error.__cause__, aiosmtplib.SMTPResponseException):
            raise DeliveryUnknown(str(error)) from error
        raise
    return True


def _connection(server: MailServer) -> dict[str, Any]:
    return {
        "hostname": server.host,
        "port": server.port,
        "username": server.user or None,
        "password": server.password or None,
        "use_tls": server.tls,
        "start_tls": not (server.tls or server.plain or server.is_here),
    }


@contextmanager
def _explained(server: MailServer) -> Iterator[None]:
    """Turn what goes wrong into an error of ours."""
    import aiosmtplib

    where = _where(server)
    try:
        yield
    except aiosmtplib.SMTPRecipientsRefused as error:
        kind = _kind(min(one.code for one in error.recipients))
        raise kind(f"{where}: takes no mail for {', '.join(one.recipient for one in error.recipients)}") from error
    except aiosmtplib.SMTPRecipientRefused as error:
        said = f"{error.code} {_one_line(error.message, server)}"
        raise _kind(error.code)(f"{where}: takes no mail for {error.recipient} ({said})") from error
    except aiosmtplib.SMTPAuthenticationError as error:
        said = _one_line(error.message, server)
        raise _kind(error.code)(f"{where}: user or password refused ({said})") from error
    except aiosmtplib.SMTPResponseException as error:
        raise _kind(error.code)(f"{where}: answered {error.code} {_one_line(error.message, server)}") from error
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(f"{where}: its certificate is not good: {error.verify_message}") from error
    except aiosmtplib.SMTPConnectError as error:
        errno = getattr(error.__cause__, "errno", None) or 0
        why = os.strerror(errno) if errno > 0 else str(error.__cause__ or error)  # below 0: a name that is not known
        raise DeliveryError(f"{where}: cannot be reached ({why}); is AGGREGATOR_SMTP_URL right?") from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:  # ValueError: an address that is none
        raise DeliveryError(f"{where}: {_one_line(str(error), server) or type(error).__name__}") from error


def _kind(code: int) -> type[DeliveryError]:
    return DeliveryRefused if code >= _FOR_GOOD else DeliveryError


def _where(server: MailServer) -> str:
    return f"{server.host}:{server.port}"


def _one_line(said: str, server: MailServer) -> str:
    line = " ".join(said.split())
    return (line.replace(server.password, "***") if server.password else line)[:_MOST_SAID]
