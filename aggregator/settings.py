"""Environment -> Settings, read once at the door.

Operators' choices for one machine; what is published and from whom is in sources.toml. A flag beats the environment,
which beats the default. Any variable may be given as `NAME_FILE`, the path of a file that holds its value.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal

from aggregator.errors import ConfigError

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Settings:
    sources: Path = Path("sources.toml")
    database: str = "sqlite:///var/aggregator.db"
    output: Path = Path("public")
    listen: tuple[str, int] = ("127.0.0.1", 8000)
    allow_networks: tuple[Network, ...] = ()  # private networks that may be polled
    host_delay: timedelta = timedelta(seconds=1)  # between two requests to one host
    concurrency: int = 20  # requests under way at once
    workers: int = min(os.cpu_count() or 1, 8)  # processes that parse and extract
    monitoring: Literal["local", "public", "off"] = "local"  # who is told figures of the service over HTTP
    log: Literal["text", "json"] = "text"  # how events are written on stderr
    withdrawals: Path | None = None  # the file that outlives the database; None: beside it

    @property
    def withdrawals_file(self) -> Path:
        """Where withdrawals are written down outside of the database."""
        return self.withdrawals or Path(self.database.removeprefix("sqlite:///")).with_name("withdrawals.jsonl")


def read_settings(environ: Mapping[str, str], **flags: str | None) -> Settings:
    """Read the settings from flags, then environment, then defaults.

    Args:
        flags: as typed by a person, by field name; None means not given.
    Raises:
        ConfigError: every wrong value, named by its flag or variable.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field, convert in _CONVERTERS.items():
        variable = f"AGGREGATOR_{field.upper()}"
        name = f"--{field}" if flags.get(field) is not None else variable
        try:
            raw = flags[field] if flags.get(field) is not None else _from_environment(environ, variable)
            if raw is not None:
                values[field] = convert(raw)
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
    path = text.removeprefix("sqlite:///")
    if path in ("", text, ":memory:") or "?" in path:
        raise ValueError(f'"{text}" is no database address; write sqlite:///PATH, as in sqlite:///var/aggregator.db')
    return text


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
            raise ValueError(f'"{part}" is no network; write 192.168.1.0/24, several parted by commas') from None
    return tuple(networks)


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
    "log": _log_form,
    "withdrawals": _path,
}
