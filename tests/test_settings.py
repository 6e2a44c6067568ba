"""Operators' settings: flag, then environment, then default; what is wrong is named by its flag or variable."""

from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from aggregator.errors import ConfigError
from aggregator.mail import MailServer
from aggregator.settings import Settings, read_settings


def problems(environ: dict[str, str], **flags: str | None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_settings(environ, **flags)
    return list(caught.value.problems)


def test_nothing_given_means_defaults() -> None:
    assert read_settings({}) == Settings()
    assert read_settings({"PATH": "/bin", "AGGREGATOR": "x"}, sources=None, output=None) == Settings()


def test_a_flag_beats_the_environment_which_beats_the_default() -> None:
    environ = {"AGGREGATOR_SOURCES": "env.toml", "AGGREGATOR_OUTPUT": "/srv/env"}
    settings = read_settings(environ, sources="flag.toml", output=None)
    assert settings == Settings(sources=Path("flag.toml"), output=Path("/srv/env"))


def test_a_flag_hides_a_wrong_variable() -> None:
    environ = {"AGGREGATOR_DATABASE": "mysql://x", "AGGREGATOR_SOURCES_FILE": "/nowhere"}
    settings = read_settings(environ, database="sqlite:///a.db", sources="a.toml")
    assert settings == Settings(database="sqlite:///a.db", sources=Path("a.toml"))


# variable, text, value
READ = [
    ("sources", "my sources.toml", Path("my sources.toml")),
    ("database", "sqlite:////var/lib/a.db", "sqlite:////var/lib/a.db"),
    ("database", "postgresql://ana:x@db.example/news", "postgresql://ana:x@db.example/news"),
    ("database", "postgresql:///news?host=/run/postgresql", "postgresql:///news?host=/run/postgresql"),
    ("output", "/srv/www", Path("/srv/www")),
    ("listen", "0.0.0.0:80", ("0.0.0.0", 80)),
    ("listen", "localhost:0", ("localhost", 0)),
    ("listen", "[::1]:8000", ("::1", 8000)),
    ("allow_networks", "", ()),
    ("allow_networks", "10.0.0.0/8", (ip_network("10.0.0.0/8"),)),
    ("allow_networks", " 10.1.2.3 , fd00::/8,", (ip_network("10.1.2.3/32"), ip_network("fd00::/8"))),
    ("host_delay", "0", timedelta(0)),
    ("host_delay", "2.5", timedelta(seconds=2.5)),
    ("concurrency", "500", 500),
    ("workers", "1", 1),
    ("public_url", "https://wire.example", "https://wire.example/"),
    ("public_url", "http://wire.example:8000/news", "http://wire.example:8000/news/"),
    ("smtp_url", "smtps://wire@mail.example", MailServer("mail.example", 465, tls=True, user="wire")),
    ("smtp_url", "smtp://w%40x:p%2Fw@[::1]:25", MailServer("::1", 25, user="w@x", password="p/w")),
    ("smtp_url", "smtp://mail.example?tls=off", MailServer("mail.example", 587, plain=True)),
    ("mail_from", "Wire <wire@wire.example>", "Wire <wire@wire.example>"),
    ("alerts_to", "ana@wire.example, Bo <bo@wire.example>", ("ana@wire.example", "Bo <bo@wire.example>")),
    ("alerts_webhook", "https://chat.example/hook/t0ken", "https://chat.example/hook/t0ken"),
]


@pytest.mark.parametrize(("field", "text", "value"), READ)
def test_a_variable_is_read(field: str, text: str, value: object) -> None:
    settings = read_settings({f"AGGREGATOR_{field.upper()}": text})
    assert getattr(settings, field) == value


MAIL_CURE = (
    "write smtps://USER@HOST, smtp://USER@HOST:587 or smtp://localhost:25, and the password as ..._PASSWORD_FILE"
)
WEBHOOK_CURE = "is no web address; write https://HOST/PATH, best in a file, as AGGREGATOR_ALERTS_WEBHOOK_FILE"

# variable, text, what is said of it
REFUSED = [
    ("SOURCES", "", "is empty; write a path"),
    ("OUTPUT", "", "is empty; write a path"),
    ("PUBLIC_URL", "wire.example", '"wire.example" is no address of a web server; write https://news.example.org/'),
    ("PUBLIC_URL", "https://w.example/?a", '"https://w.example/?a" is no address of a web server; write https://news.example.org/'),
    *(
        ("DATABASE", text, f'"{text}" is no database address; write sqlite:///PATH, as in sqlite:///var/aggregator.db, or postgresql://…')
        for text in ("", "aggregator.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a.db?mode=ro")
    ),
    *(
        ("DATABASE", text, "is no address of PostgreSQL; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
        for text in ("postgresql://", "postgresql://ana:hunter2@db/", "postgresql://db:port/news", "postgresql://db/a/b")
    ),
    *(
        ("LISTEN", text, f'"{text}" is not HOST:PORT; write 127.0.0.1:8000')
        for text in ("", "8000", ":8000", "localhost", "localhost:", "localhost:http", "a:65536", f"a:{'9' * 5000}", "a:٨")
    ),
    *(
        ("ALLOW_NETWORKS", text, f'"{text}" is no network; write 192.168.1.0/24, several parted by commas')
        for text in ("localhost", "10.0.0.0/33", "10.0.0.0 10.1.0.0")
    ),
    ("ALLOW_NETWORKS", "127.0.0.1/8", '"127.0.0.1/8" is an address within a network; write 127.0.0.0/8'),
    ("ALLOW_NETWORKS", "10.0.0.0/8,x", '"x" is no network; write 192.168.1.0/24, several parted by commas'),
    *(
        ("HOST_DELAY", text, f'"{text}" is not a number of seconds from 0 to 3600')
        for text in ("", "1s", "-1", "3601", "nan", "inf")
    ),
    *(
        ("CONCURRENCY", text, f'"{text}" is not a whole number from 1 to 500')
        for text in ("", "0", "501", "1.5", "-1", "many", "9" * 5000, "٣")
    ),
    ("WORKERS", "65", '"65" is not a whole number from 1 to 64'),
    *(
        ("SMTP_URL", text, f"is no address of a mail server; {MAIL_CURE}")
        for text in ("", "mail.example", "https://w:s3cret@mail.example", "smtp://w:s3cret@:25", "smtp://m:x", "smtp://m/x", "smtp://[::1")
    ),
    ("SMTP_URL", "smtp://m?verify=no", "has an option that is not known; there is only smtp://HOST?tls=off"),
    ("SMTP_URL", "smtps://m?tls=off", "has an option that is not known; there is only smtp://HOST?tls=off"),
    ("SMTP_URL", "smtp://w:s3cret@m?tls=off", "would send user and password for everybody to read; take tls=off or the user out"),
    ("SMTP_PASSWORD", "", "is empty or has signs that no password has; write it on one line"),
    ("MAIL_FROM", "wire", '"wire" is no mail address; write desk@news.example.org'),
    ("ALERTS_TO", "ana@wire.example; bo@wire.example", '"ana@wire.example; bo@wire.example" is no mail address; write desk@news.example.org'),
    ("ALERTS_WEBHOOK", "chat.example/s3cret", WEBHOOK_CURE),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "said"), REFUSED)
def test_a_wrong_variable_is_named_with_a_cure(name: str, text: str, said: str) -> None:
    assert problems({f"AGGREGATOR_{name}": text}) == [f"AGGREGATOR_{name}: {said}"]


def test_a_wrong_flag_is_named_as_it_was_typed() -> None:
    assert problems({"AGGREGATOR_DATABASE": "sqlite:///a.db"}, database="a.db", output="") == [
        '--database: "a.db" is no database address; write sqlite:///PATH, as in sqlite:///var/aggregator.db, or postgresql://…',
        "--output: is empty; write a path",
    ]


def test_everything_wrong_is_said_at_once() -> None:
    environ = {"AGGREGATOR_WORKERS": "0", "AGGREGATOR_LISTEN": "8000", "AGGREGATOR_CONCURRENCY": "x"}
    assert [problem.partition(":")[0] for problem in problems(environ)] == [
        "AGGREGATOR_LISTEN",
        "AGGREGATOR_CONCURRENCY",
        "AGGREGATOR_WORKERS",
    ]


# --- NAME_FILE -------------------------------------------------------------------------------------------------------


def test_a_value_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "database"
    path.write_text("sqlite:///ñ.db\n", encoding="utf-8")
    assert read_settings({"AGGREGATOR_DATABASE_FILE": str(path)}).database == "sqlite:///ñ.db"


def test_a_wrong_value_in_a_file_is_named_by_its_variable(tmp_path: Path) -> None:
    path = tmp_path / "workers"
    path.write_text("0")
    assert problems({"AGGREGATOR_WORKERS_FILE": str(path)}) == [
        'AGGREGATOR_WORKERS: "0" is not a whole number from 1 to 64'
    ]


def test_a_value_given_twice_is_refused(tmp_path: Path) -> None:
    environ = {"AGGREGATOR_WORKERS": "1", "AGGREGATOR_WORKERS_FILE": str(tmp_path)}
    assert problems(environ) == [
        "AGGREGATOR_WORKERS: given twice, as AGGREGATOR_WORKERS and as AGGREGATOR_WORKERS_FILE; keep one"
    ]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"sqlite:///\xf1.db")
    for name, why in [("none", "No such file or directory"), (".", "Is a directory"), ("latin", "not UTF-8")]:
        path = tmp_path / name
        assert problems({"AGGREGATOR_DATABASE_FILE": str(path)}) == [
            f'AGGREGATOR_DATABASE: AGGREGATOR_DATABASE_FILE = "{path}" cannot be read ({why}); name a text file'
        ]
