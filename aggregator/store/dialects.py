"""What statements say in one way to SQLite and in another to PostgreSQL."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class utc_day(FunctionElement[str]):
    """The day of an instant in UTC, "2026-11-22"."""

    type = String()
    inherit_cache = True


@compiles(utc_day, "sqlite")
def _(element: Any, compiler: Any, **options: Any) -> str:
    # An instant is kept as a text that begins with its day: to cut it takes half as long as to read it.
    return f"substr({compiler.process(element.clauses, **options)}, 1, 10)"


@compiles(utc_day, "postgresql")
def _(element: Any, compiler: Any, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


class off_index(FunctionElement[str]):
    """A text as it is, by which rows are grouped without walking along its index.

    SQLite does not know that a week is little beside all that is kept, and would rather read everything in order than
    sort a few rows (https://www.sqlite.org/optoverview.html, unary "+").
    """

    type = String()
    inherit_cache = True


@compiles(off_index, "sqlite")
def _(element: Any, compiler: Any, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


@compiles(off_index, "postgresql")
def _(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))
