"""Which units' workbooks are out of date: what each would say now against what was last written.

`outbox/.written.parquet` holds a fingerprint per unit and month of the whole served warehouse, so
that a month's end writes the month itself and, of earlier months, only what has changed since.
"""
# ruff: noqa: S608 - SQL is put together from our own column names and paths

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.home import Home
from publishing.files import replaced
from publishing.pack_sheets import FIGURES
from warehouse.served import rows

STATE = ".written.parquet"
# What a workbook shows of the unit itself. `text` of a row keeps NULL apart from blank, and is the
# same in every version of the database, as its own hash is not.
_OWN = f"""
    select unit_code, period, row(submission_id, unit_name, feed, file_name, pulled_at, mode, status,
        is_current, rows_read, rows_accepted, rows_rejected, rows_duplicate, rows_ignored,
        rows_decoded, stated_total)::varchar as shown
    from quality.load_ledger
    union all
    select unit_code, period, row(submission_id, code, sheet, cell, message)::varchar
    from quality.file_messages
    union all
    select unit_code, period, row(submission_id, followup, scope, sheet, row_number, cell, rule_id,
        severity, case_code, column_name, column_label, value, read_as, message, fix)::varchar
    from quality.finding_followup
    union all
    select unit_code, period, row(sector_code, sector_name, {", ".join(FIGURES)}, late_rate)::varchar
    from mart.mart_unit_sector_month
    union all
    select unit_code, period, row(unit_name, is_reported, {", ".join(FIGURES)}, late_rate)::varchar
    from mart.mart_unit_month
"""
# A unit has a workbook of a month when it sent something, or was reported by another's rows.
_CURRENT = f"""
    create or replace temp table pack_current as
    with packed as (
        select unit_code, period from quality.load_ledger
        union
        select unit_code, period from mart.mart_unit_month where is_reported
    ),
    own as (
        select unit_code, period, count(*) || '-' || sum(md5_number_lower(shown)) as own
        from ({_OWN})
        group by unit_code, period
    ),
    -- Ranks move whenever any unit's figures do: they are kept up to date in the month asked for only.
    ranked as (
        select
            member_code as unit_code,
            period,
            row(rank, count(rank) over (), policy_name, small_n, numerator, denominator)::varchar as standing
        from mart.mart_late_rate_ranking
        where period = $asked and calendar = 'calendar' and period_kind = 'month' and scope = 'unit'
            and policy_code = $policy
    )
    select
        p.unit_code,
        p.period,
        o.own,
        case
            when p.period = $asked then
                md5(coalesce(r.standing, '') || (select code_revision from meta.build) || $sheets)
        end as standing
    from packed as p
    left join own as o on p.unit_code = o.unit_code and p.period = o.period
    left join ranked as r on p.unit_code = r.unit_code and p.period = r.period
"""
# Units and months whose newest file of a feed is rejected or held.
_KEPT_OUT = """
    create or replace temp table pack_kept_out as
    select unit_code, period
    from quality.load_ledger
    group by unit_code, period, feed
    having max(receipt_seq) filter (status in ('rejected', 'held'))
        > coalesce(max(receipt_seq) filter (status = 'accepted'), 0)
"""
_FINDINGS_A_BATCH = 50_000
# Big units get a batch of their own, so that memory does not grow with the number of units.
_WANTED = f"""
    create or replace temp table pack_wanted as
    with findings as (
        select unit_code, period, count(*) as findings
        from quality.finding_followup
        group by unit_code, period
    )
    select
        o.unit_code,
        o.period,
        (sum(coalesce(f.findings, 0) + 100) over (order by o.period, o.unit_code)
            // {_FINDINGS_A_BATCH})::integer as batch
    from outdated as o
    left join findings as f on o.unit_code = f.unit_code and o.period = f.period
"""


@dataclass(frozen=True)
class Outdated:
    """Workbooks to write, in batches of `pack_wanted`, and those to remove; both as (unit, period)."""

    batches: list[int]
    count: int
    gone: list[tuple[str, str]]


def find_outdated(
    connection: duckdb.DuckDBPyConnection, home: Home, asked: str, policy: str
) -> Outdated:
    """Compare what each workbook would say with what was last written.

    Of the month asked for, every workbook that is missing or would change is written; of other
    months, those that would say something else than at the last run. Where no earlier run is known
    (a year of files came at once), other months are written only where a workbook already lies or
    a file was not taken in: its unit must be told, and hears it nowhere else. Writes the temporary tables
    `pack_current` and `pack_wanted` (unit_code, period, batch).
    """
    values = {"asked": asked, "policy": policy, "sheets": _sheets_revision()}
    connection.execute(_CURRENT, values)
    connection.execute(_KEPT_OUT)
    state = home.outbox / STATE
    _write_earlier(connection, state)
    _write_lying(connection, home.outbox.glob("*/*/Ket-qua-nap-*.xlsx"))
    connection.execute(
        """
        create or replace temp table outdated as
        select c.unit_code, c.period
        from pack_current as c
        left join pack_earlier as e on c.unit_code = e.unit_code and c.period = e.period
        left join pack_lying as l on c.unit_code = l.unit_code and c.period = l.period
        where case
            when c.period = $asked then
                l.unit_code is null or e.own is distinct from c.own
                or e.standing is distinct from c.standing
            when $is_known then e.own is distinct from c.own
            else l.unit_code is not null or (c.unit_code, c.period) in (from pack_kept_out)
        end
        """,
        {"asked": asked, "is_known": state.exists()},
    )
    connection.execute(_WANTED)
    batches = rows(
        connection, "select batch, count(*) as packs from pack_wanted group by 1 order by 1"
    )
    gone = connection.execute(
        """
        select l.unit_code, l.period
        from pack_lying as l
        anti join pack_current as c on l.unit_code = c.unit_code and l.period = c.period
        left join pack_earlier as e on l.unit_code = e.unit_code and l.period = e.period
        where l.period = ? or e.unit_code is not null
        order by all
        """,
        [asked],
    ).fetchall()
    return Outdated(
        batches=[row["batch"] for row in batches],
        count=sum(row["packs"] for row in batches),
        gone=[(unit, period) for unit, period in gone],
    )


def _sheets_revision() -> str:
    """Which code writes the sheets: other code may say the same findings in another way."""
    digest = hashlib.sha256()
    for name in ("sheets.py", "pack_sheets.py", "pack_findings.py", "finding_sheets.py"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()


def _write_earlier(connection: duckdb.DuckDBPyConnection, state: Path) -> None:
    """The fingerprints of the last run; none where there was no run."""
    source = "select null::varchar as unit_code, null::varchar as period, null::varchar as own,"
    source += " null::varchar as standing where false"
    if state.exists():
        path = str(state).replace("'", "''")
        source = f"from read_parquet('{path}')"
    connection.execute(f"create or replace temp table pack_earlier as {source}")


def _write_lying(connection: duckdb.DuckDBPyConnection, paths: Iterable[Path]) -> None:
    """The workbooks that lie in the outbox now."""
    connection.execute(
        "create or replace temp table pack_lying (unit_code varchar, period varchar)"
    )
    found = sorted({(path.parent.parent.name, path.parent.name) for path in paths})
    if found:
        units, periods = zip(*found, strict=True)
        connection.execute(
            "insert into pack_lying select unnest(?), unnest(?)", [list(units), list(periods)]
        )


def remember_written(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Keep the fingerprints of `pack_current` for the next run, after all workbooks are written.

    A month that was not asked for keeps the ranks' mark of its last writing.
    """
    with replaced(home.outbox / STATE) as temporary:
        path = str(temporary).replace("'", "''")
        connection.execute(
            f"""
            copy (
                select c.unit_code, c.period, c.own, coalesce(c.standing, e.standing) as standing
                from pack_current as c
                left join pack_earlier as e on c.unit_code = e.unit_code and c.period = e.period
                order by c.period, c.unit_code
            ) to '{path}' (format parquet)
            """
        )
