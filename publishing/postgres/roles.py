"""Who may read what: the three roles, and which unit's rows a log-in sees.

`motcua.unit_login` says which units a log-in belongs to. Its schema is no build's, so it survives every
publication. All tables have row-level security, so a log-in sees only what a role's policy allows.
"""

import psycopg
from psycopg import sql

from publishing.postgres.tables import LOADING, Table

READER, UNIT, OFFICIALS = "bi_reader", "unit_reader", "officials_reader"
ROLES = (READER, UNIT, OFFICIALS)

_OWN = """
    create schema motcua;
    comment on schema motcua is 'motcua: quyền đọc theo đơn vị và nhật ký công bố; không thay khi công bố';
    create table motcua.unit_login (
        login text not null, unit_code text not null, note text, primary key (login, unit_code)
    );
    comment on table motcua.unit_login is 'Tài khoản đăng nhập nào được xem số liệu của đơn vị nào.';
    create view motcua.my_unit as
        select unit_code from motcua.unit_login where login = current_user::text;
    comment on view motcua.my_unit is 'Các đơn vị mà tài khoản đang đăng nhập được xem.';
    create table motcua.publication (
        build_id text not null, site text not null, tables integer not null, rows bigint not null,
        published_at timestamptz not null default now()
    );
    comment on table motcua.publication is 'Mỗi lần công bố thành công một dòng.';
    grant usage on schema motcua to bi_reader, unit_reader;
    grant select on motcua.my_unit to unit_reader;
    grant select on motcua.publication to bi_reader;
"""


def prepare_roles(connection: psycopg.Connection) -> None:
    """Make the roles and the schema `motcua` where they are missing; what is there stays as it is.

    Raises psycopg.errors.InsufficientPrivilege when roles are missing and the log-in may not make any.
    """
    there = {name for (name,) in connection.execute("select rolname from pg_roles").fetchall()}
    for role in ROLES:
        if role not in there:
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
    row = connection.execute(
        "select pg_has_role('officials_reader', 'bi_reader', 'usage'), to_regnamespace('motcua') is not null"
    ).fetchone()
    is_member, is_there = row or (False, False)
    if not is_member:
        connection.execute("grant bi_reader to officials_reader")
    if not is_there:
        with connection.transaction():
            connection.execute(_OWN)


def protect(table: Table) -> sql.Composed:
    """Statements that open a loaded table to its roles; its schema stays closed until the swap."""
    place = sql.Identifier(table.schema + LOADING, table.name)
    whose = OFFICIALS if table.is_apart else READER
    statements = [
        sql.SQL("alter table {} enable row level security").format(place),
        sql.SQL("create policy all_rows on {} for select to {} using (true)").format(
            place, sql.Identifier(whose)
        ),
        sql.SQL("grant select on {} to {}").format(place, sql.Identifier(whose)),
    ]
    condition = _own_rows(table)
    if condition is not None:
        statements += [
            sql.SQL("create policy own_unit on {} for select to unit_reader using ({})").format(
                place, sql.SQL(condition)
            ),
            sql.SQL("grant select on {} to unit_reader").format(place),
        ]
    return sql.SQL("; ").join(statements)


def _own_rows(table: Table) -> str | None:
    """Which rows a unit may see; None: the table tells of others, or of officials."""
    if table.is_apart:
        return None
    # A set of codes, read once a query; a function of the row would be called for each.
    mine = "in (select unit_code from motcua.my_unit)"
    if "unit_code" in table.names:
        return f"unit_code {mine}"
    if {"scope", "member_code"} <= table.names:
        return f"scope = 'unit' and member_code {mine}"
    is_shared = table.schema == "core" and table.name.startswith("dim_")
    return "true" if is_shared or table.place == "meta.build" else None


def open_schema(schema: str) -> sql.Composed:
    """Let the roles into a schema that has just been swapped in."""
    roles = [OFFICIALS] if schema.endswith("_officials") else [READER, UNIT]
    return sql.SQL("grant usage on schema {} to {}").format(
        sql.Identifier(schema), sql.SQL(", ").join(map(sql.Identifier, roles))
    )


def unknown_units(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Log-ins with units that the published figures do not have: they would see nothing, or too little."""
    rows = connection.execute(
        """
        select login, unit_code from motcua.unit_login
        where unit_code not in (select unit_code from core.dim_unit) order by 1, 2
        """
    ).fetchall()
    return [(login, unit) for login, unit in rows]
