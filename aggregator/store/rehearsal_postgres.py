"""How a store of PostgreSQL is tried on (`rehearsal`): one transaction that is rolled back, under temporary tables.

The rows of the store itself are only read, so that nobody waits for them: PostgreSQL, too, takes a temporary table or
view before one of the same name in the store's schema.
"""

# ruff: noqa: S608 - names of our own tables are put into statements, and nothing else

from sqlalchemy import Connection, Engine, Table

from aggregator.store.postgres import open_engine, url_of


class PostgresStage:
    """See `rehearsal.Stage` for what each of these does."""

    def __init__(self, address: str) -> None:
        # `store.foresight` names the schemas as SQLite does.
        schemas = {"main": "public", "temp": "pg_temp"}
        options = {"isolation_level": "REPEATABLE READ", "schema_translate_map": schemas}
        self.engine: Engine = open_engine(url_of(address)).execution_options(**options)

    def begin(self, connection: Connection) -> None:
        """Nothing: a transaction begins with the first statement, and is rolled back when its connection is closed."""

    def copy(self, connection: Connection, table: Table) -> None:
        name = table.name
        _run(
            connection,
            f"CREATE TEMP TABLE {name} (LIKE public.{name} INCLUDING ALL)",
            f"INSERT INTO pg_temp.{name} SELECT * FROM public.{name}",
            f"ANALYZE pg_temp.{name}",
        )

    def show_changed(self, connection: Connection, table: Table, columns: tuple[str, ...]) -> None:
        name, other = table.name, f"changed_{table.name}"
        kept = ", ".join(f'c."{column.name}"' for column in table.columns)
        new = ", ".join(f'{"oc"[column.name not in columns]}."{column.name}"' for column in table.columns)
        listed, values = ", ".join(columns), ", ".join(f"NEW.{column}" for column in columns)
        changes = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns)
        _run(
            connection,
            f"CREATE TEMP TABLE {other} AS SELECT id, {listed} FROM public.{name} LIMIT 0",
            f"ALTER TABLE pg_temp.{other} ADD PRIMARY KEY (id)",
            f"CREATE INDEX ON pg_temp.{other} (item)",
            f"CREATE TEMP VIEW {name} AS SELECT {kept} FROM public.{name} c "
            f"WHERE NOT EXISTS (SELECT FROM pg_temp.{other} o WHERE o.id = c.id) "
            f"UNION ALL SELECT {new} FROM pg_temp.{other} o JOIN public.{name} c ON c.id = o.id",
            f"CREATE FUNCTION pg_temp.change_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"INSERT INTO pg_temp.{other} (id, {listed}) VALUES (OLD.id, {values}) "
            f"ON CONFLICT (id) DO UPDATE SET {changes}; RETURN NEW; END $$",
            f"CREATE TRIGGER change INSTEAD OF UPDATE ON pg_temp.{name} "
            f"FOR EACH ROW EXECUTE FUNCTION pg_temp.change_{name}()",
        )

    def show_growing(self, connection: Connection, table: Table) -> None:
        name, other = table.name, f"added_{table.name}"
        columns = [f'"{column.name}"' for column in table.columns if column.name != "id"]
        listed, values = ", ".join(columns), ", ".join(f"NEW.{column}" for column in columns)
        _run(
            connection,
            # Its numbers are the next ones of the store's own: those that are used up here are missing there.
            f"CREATE TEMP TABLE {other} (LIKE public.{name} INCLUDING DEFAULTS INCLUDING INDEXES)",
            f"CREATE TEMP VIEW {name} AS SELECT id, {listed} FROM public.{name} "
            f"UNION ALL SELECT id, {listed} FROM pg_temp.{other}",
            f"CREATE FUNCTION pg_temp.add_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"INSERT INTO pg_temp.{other} ({listed}) VALUES ({values}); RETURN NEW; END $$",
            f"CREATE TRIGGER add INSTEAD OF INSERT ON pg_temp.{name} "
            f"FOR EACH ROW EXECUTE FUNCTION pg_temp.add_{name}()",
        )


def _run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
