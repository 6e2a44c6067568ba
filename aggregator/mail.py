"""Sends mail through one server (home of aiosmtplib). What is sent, and when again after a failure, others say."""

import asyncio
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address

from aggregator.errors import DeliveryError

_TIMEOUT = 60.0  # seconds for one message, from the first word to the last
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

    where = f"{server.host}:{server.port}"
    try:
        async with asyncio.timeout(_TIMEOUT):
            refused, _ = await aiosmtplib.send(
                message,
                sender=sender,
                recipients=list(recipients),
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password or None,
                use_tls=server.tls,
                start_tls=not (server.tls or server.plain or server.is_here),
                timeout=_TIMEOUT,
            )
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise DeliveryError(
            f"{where}: takes no mail for {', '.join(one.recipient for one in error.recipients)}"
        ) from error
    except aiosmtplib.SMTPAuthenticationError as error:
        raise DeliveryError(f"{where}: user or password refused ({_one_line(error.message, server)})") from error
    except aiosmtplib.SMTPResponseException as error:
        raise DeliveryError(f"{where}: answered {error.code} {_one_line(error.message, server)}") from error
    except ssl.SSLCertVerificationError as error:
        raise DeliveryError(f"{where}: its certificate is not good: {error.verify_message}") from error
    except aiosmtplib.SMTPConnectError as error:
        errno = getattr(error.__cause__, "errno", None) or 0
        why = os.strerror(errno) if errno > 0 else str(error.__cause__ or error)  # below 0: a name that is not known
        raise DeliveryError(f"{where}: cannot be reached ({why}); is AGGREGATOR_SMTP_URL right?") from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:  # ValueError: an address that is none
        raise DeliveryError(f"{where}: {_one_line(str(error), server) or type(error).__name__}") from error
    if refused:
        raise DeliveryError(f"{where}: takes no mail for {', '.join(refused)}")


def _one_line(said: str, server: MailServer) -> str:
    line = " ".join(said.split())
    return (line.replace(server.password, "***") if server.password else line)[:_MOST_SAID]
