"""Environment -> Settings, read once at the door.

Operators' choices for one machine; what is published and from whom is in sources.toml. A flag beats the environment,
which beats the default. Any variable may be given as `NAME_FILE`, the path of a file that holds its value.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from aggregator.errors import ConfigError
from aggregator.mail import MailServer

Network = IPv4Network | IPv6Network
_LEAST_KEPT = 180  # days; texts are compared for 120, and learned from for 60


DATABASE = "sqlite:///var/aggregator.db"


@dataclass(frozen=True)
class Settings:
    sources: Path = Path("sources.toml")
    database: str = DATABASE
    output: Path = Path("public")
    listen: tuple[str, int] = ("127.0.0.1", 8000)
    allow_networks: tuple[Network, ...] = ()  # private networks that may be polled
    host_delay: timedelta = timedelta(seconds=1)  # between two requests to one host
    concurrency: int = 20  # requests under way at once
    workers: int = min(os.cpu_count() or 1, 8)  # processes that parse and extract
    monitoring: Literal["local", "public", "off"] = "local"  # who is told figures of the service over HTTP
    store_wait: timedelta = timedelta(seconds=30)  # of a write for those of other processes, in PostgreSQL
    store_readers: int = 2  # threads that read the store, each with a connection of its own
    drain: timedelta = timedelta(seconds=30)  # that a worker's requests under way get in the end
    log: Literal["text", "json"] = "text"  # how events are written on stderr
    keep_texts: timedelta | None = None  # those that nothing shows; None: for ever
    withdrawals: Path | None = None  # the file that outlives the database; None: beside it
    public_url: str = ""  # where the built-in server is reached from outside, ends with "/"; empty: nowhere
    smtp_url: MailServer | None = None  # that takes our mail
    smtp_password: str = field(default="", repr=False)  # where it does not stand in the address
    mail_from: str = ""  # whom mail comes from
    alerts_to: tuple[str, ...] = ()  # who gets alerts by mail
    alerts_webhook: str = field(default="", repr=False)  # where alerts are posted to; whoever knows it may post there
    digests: Path | None = None  # where mails of digests are written to; None: beside the database
    alerts_log: Path | None = None  # the file that alerts are appended to; None: beside the database

    @property
    def mail_server(self) -> MailServer | None:
        """The server that takes our mail, with its password."""
        if self.smtp_url and self.smtp_password:
            return replace(self.smtp_url, password=self.smtp_password)
        return self.smtp_url

    @property
    def folder(self) -> Path:
        """Where files that go with the database stand: beside it, or else where it would be by default."""
        address = DATABASE if self.database.startswith("postgresql://") else self.database
        return Path(address.removeprefix("sqlite:///")).parent

    @property
    def alerts_file(self) -> Path:
        """Where alerts are appended to."""
        return self.alerts_log or self.folder / "alerts.txt"

    @property
    def digests_folder(self) -> Path:
        """Where digests with `deliver = "file"` are written to."""
        return self.digests or self.folder / "digests"

    @property
    def withdrawals_file(self) -> Path:
        """Where withdrawals are written down outside of the database."""
        return self.withdrawals or self.folder / "withdrawals.jsonl"


def read_settings(environ: Mapping[str, str], **flags: str | None) -> Settings:
    """Read the settings from flags, then environment, then defaults.

    Args:
        flags: as typed by a person, by field name; None means not given.
    Raises:
        ConfigError: every wrong value, named by its flag or variable.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for setting, convert in _CONVERTERS.items():
        variable = f"AGGREGATOR_{setting.upper()}"
        name = f"--{setting.replace('_', '-')}" if flags.get(setting) is not None else variable
        try:
            raw = flags[setting] if flags.get(setting) is not None else _from_environment(environ, variable)
            if raw is not None:
                values[setting] = convert(raw)
        except ValueError as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise ConfigError(*problems)
    return Settings(**values)


def _from_environment(environ: Mapping[str, str], variable: str) -> str | None:
    path = environ.get(f"{variable}_FILE")
    if path is None:
        return environ.get(variable)
    if variable in environ:
        raise ValueError(f"given twice, as {variable} and as {variable}_FILE; keep one")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ValueError(f'{variable}_FILE = "{path}" cannot be read ({why}); name a text file') from None


def _path(text: str) -> Path:
    if not text:
        raise ValueError("is empty; write a path")
    return Path(text)


def _database(text: str) -> str:
    if text.startswith("postgresql://"):
        return _postgresql(text)
    path = text.removeprefix("sqlite:///")
    if path in ("", text, ":memory:") or "?" in path:
        raise ValueError(f'"{text}" is no database address; write sqlite:///PATH, as in {DATABASE}, or postgresql://…')
    return text


def _postgresql(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_whole = len(parts.path) > 1 and "/" not in parts.path[1:] and (parts.port or 1) > 0
    except ValueError:
        is_whole = False
    if not is_whole or text != text.strip():
        # It may hold a password, so it is not repeated.
        raise ValueError("is no address of PostgreSQL; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return text


def _public_url(text: str) -> str:
    from aggregator.urls import resolve  # httpx2 comes with it, which no help needs

    address = resolve("", text) if text == text.strip() else ""
    if not address or "?" in text or "#" in text:
        raise ValueError(f'"{text}" is no address of a web server; write https://news.example.org/')
    return address if address.endswith("/") else f"{address}/"


def _listen(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
        raise ValueError(f'"{text}" is not HOST:PORT; write 127.0.0.1:8000')
    return host.strip("[]"), int(port)


def _networks(text: str) -> tuple[Network, ...]:
    networks = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            networks.append(ip_network(part))
        except ValueError:
            raise ValueError(_no_network(part)) from None
    return tuple(networks)


def _no_network(part: str) -> str:
    try:
        network = ip_network(part, strict=False)
    except ValueError:
        return f'"{part}" is no network; write 192.168.1.0/24, several parted by commas'
    return f'"{part}" is an address within a network; write {network}'


def _seconds(text: str) -> timedelta:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 3600:
        raise ValueError(f'"{text}" is not a number of seconds from 0 to 3600')
    return timedelta(seconds=seconds)


def _count(most: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= most:
            raise ValueError(f'"{text}" is not a whole number from 1 to {most}')
        return int(text)

    return convert


def _audience(text: str) -> str:
    if text not in ("local", "public", "off"):
        raise ValueError(f'"{text}" is none of local, public or off')
    return text


def _log_form(text: str) -> str:
    if text not in ("text", "json"):
        raise ValueError(f'"{text}" is neither text nor json')
    return text


def _texts_kept(text: str) -> timedelta | None:
    if text == "ever":
        return None
    if not re.fullmatch("[0-9]{1,5}d", text) or int(text[:-1]) < _LEAST_KEPT:
        raise ValueError(f'"{text}" is neither "ever" nor a number of days like "400d", {_LEAST_KEPT}d at least')
    return timedelta(days=int(text[:-1]))


def _mail_server(text: str) -> MailServer:
    # Not a word of the value is repeated: a password stands in it.
    cure = "write smtps://USER@HOST, smtp://USER@HOST:587 or smtp://localhost:25, and the password as ..._PASSWORD_FILE"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"is no address of a mail server; {cure}") from None
    options = {"": False, "tls=off": True}
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise ValueError(f"is no address of a mail server; {cure}")
    if parts.query not in options or (parts.query and parts.scheme == "smtps"):
        raise ValueError("has an option that is not known; there is only smtp://HOST?tls=off")
    if port == 0:
        raise ValueError("has port 0; leave it out or write another")
    tls = parts.scheme == "smtps"
    server = MailServer(
        parts.hostname,
        port or (465 if tls else 587),
        tls,
        options[parts.query],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )
    if server.user and server.plain and not server.is_here:
        raise ValueError("would send user and password for everybody to read; take tls=off or the user out")
    return server


def _secret(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("is empty or has signs that no password has; write it on one line")
    return text


def _mail_address(text: str) -> str:
    if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", parseaddr(text)[1]) or any(sign in text for sign in "\r\n,;"):
        raise ValueError(f'"{text}" is no mail address; write desk@news.example.org')
    return text


def _mail_addresses(text: str) -> tuple[str, ...]:
    return tuple(_mail_address(part.strip()) for part in text.split(",") if part.strip())


def _webhook(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or not text.isprintable() or " " in text:
        raise ValueError(
            "is no web address; write https://HOST/PATH, best in a file, as AGGREGATOR_ALERTS_WEBHOOK_FILE"
        )
    return text


_CONVERTERS: dict[str, Callable[[str], Any]] = {
    "sources": _path,
    "database": _database,
    "output": _path,
    "listen": _listen,
    "allow_networks": _networks,
    "host_delay": _seconds,
    "concurrency": _count(500),
    "workers": _count(64),
    "monitoring": _audience,
    "store_wait": _seconds,
    "store_readers": _count(64),
    "drain": _seconds,
    "log": _log_form,
    "keep_texts": _texts_kept,
    "withdrawals": _path,
    "public_url": _public_url,
    "smtp_url": _mail_server,
    "smtp_password": _secret,
    "mail_from": _mail_address,
    "alerts_to": _mail_addresses,
    "alerts_webhook": _webhook,
    "digests": _path,
    "alerts_log": _path,
}
