"""The late-rate ranking as a workbook: units, and sectors."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.messages import text
from ingestion.site import Site
from publishing.scale import authority_scale
from publishing.sheets import Book, open_book
from publishing.signed_month import ranking_note
from publishing.tables import Table, write_table
from warehouse.served import rows

UNITS = Table(
    {
        "rank": (6, "text_centre"),
        "unit": (32, "text"),
        "level": (14, "text"),
        "late": (9, "count"),
        "denominator": (10, "count"),
        "rate": (10, "rate"),
        "previous_rank": (9, "text_centre"),
        "trend": (10, "text_centre"),
        "policy": (35, "text"),
        "note": (18, "text"),
    },
    empty="report.ranking_empty",
)
POLICIES = Table(
    {
        "unit": (32, "text"),
        "policy": (38, "text"),
        "late": (9, "count"),
        "denominator": (10, "count"),
        "rate": (10, "rate"),
        "rate_difference": (12, "signed_rate"),
        "rank": (7, "text_centre"),
        "default_rank": (11, "text_centre"),
        "note": (19, "text"),
    },
    empty="report.ranking_empty",
)
SECTORS = Table(
    {
        "rank": (6, "text_centre"),
        "sector": (38, "text"),
        "late": (9, "count"),
        "denominator": (10, "count"),
        "rate": (10, "rate"),
        "previous_rank": (9, "text_centre"),
        "trend": (10, "text_centre"),
        "policy": (35, "text"),
        "note": (20, "text"),
    },
    empty="report.ranking_empty",
)


def write_ranking(
    connection: duckdb.DuckDBPyConnection, site: Site, period: str, path: Path, created: datetime
) -> None:
    """Write `Xep-hang-tre-han-<period>.xlsx`: the month, the year to date, sectors, policies.

    Periods are those of the site's reporting calendar. Where units have ended within the year, the
    year is ranked once more by the units of today.

    Rates stand beside numerator, denominator and the policy's name: real reports use several
    policies, so a rate without its policy says nothing (domain §2); and each sheet says whether its
    month is signed.
    """
    year, month = period.split("-")
    note = ranking_note(connection, site, period)
    titles = {
        kind: ". ".join(
            filter(None, (text(f"report.ranking_{kind}", month=month, year=year), note))
        )
        for kind in ("month", "ytd")
    }
    with open_book(path, created) as book:
        for kind in ("month", "ytd"):
            members = _read_members(connection, site, kind, period, "unit")
            _write_units(book, site, (f"rank_{kind}", "units"), titles[kind], members)
        today = _read_members(connection, site, "ytd", period, "unit_as_today")
        if {m["member_code"] for m in today} != {m["member_code"] for m in members}:
            _write_units(book, site, ("rank_today", "today"), titles["ytd"], today)
        sectors = _read_members(connection, site, "month", period, "sector")
        _write_sectors(book, site, titles["month"], sectors)
        _write_policies(book, site, titles["month"], _read_policies(connection, site, period))


def _read_members(
    connection: duckdb.DuckDBPyConnection, site: Site, kind: str, period: str, scope: str
) -> list[dict[str, Any]]:
    return rows(
        connection,
        """
        select rank, member_code, member_name, unit_level, is_reported, numerator, denominator,
            rate, previous_rank, trend, small_n, policy_name
        from mart.mart_late_rate_ranking
        where policy_code = ? and calendar = ? and period_kind = ? and period = ? and scope = ?
        order by rank nulls last, is_reported desc, member_name collate vi, member_code
        """,
        [site.default_policy, site.reporting_calendar, kind, period, scope],
    )


def _read_policies(
    connection: duckdb.DuckDBPyConnection, site: Site, period: str
) -> list[dict[str, Any]]:
    """The month's units by their default rank, each with its policies, the default one first."""
    return rows(
        connection,
        """
        select unit_name, unit_code, policy_name, is_reported, numerator, denominator, rate,
            rate_difference, rank, default_rank, is_default, small_n
        from mart.mart_policy_comparison
        where calendar = ? and period_kind = 'month' and period = ?
        order by default_rank nulls last, is_reported desc, unit_name collate vi, unit_code,
            is_default desc, policy_code
        """,
        [site.reporting_calendar, period],
    )


def _write_units(
    book: Book,
    site: Site,
    keys: tuple[str, str],
    title: str,
    members: Sequence[dict[str, Any]],
) -> None:
    """One row per unit; `keys` of the texts for the sheet's name and heading."""
    name, heading = keys
    scale = authority_scale(site)
    lines = [
        {
            **_rated(member),
            "unit": member["member_name"],
            "level": text(f"report.level_{scale}_{member['unit_level']}"),
        }
        for member in members
    ]
    headings = (text(f"report.ranking_title_{heading}"), title, site.authority.name)
    write_table(book, text(f"report.sheet_{name}"), headings, UNITS, lines)


def _write_policies(book: Book, site: Site, title: str, compared: Sequence[dict[str, Any]]) -> None:
    """One row per unit and policy: a rate says nothing without the policy beside it (domain §2)."""
    lines = [
        {
            "unit": row["unit_name"] or row["unit_code"],
            "policy": row["policy_name"],
            "late": row["numerator"],
            "denominator": row["denominator"],
            "rate": row["rate"],
            "rate_difference": None if row["is_default"] else row["rate_difference"],
            "rank": row["rank"],
            "default_rank": None if row["is_default"] else row["default_rank"],
            "note": _note(row),
        }
        for row in compared
    ]
    heading = (text("report.ranking_title_policies"), title, site.authority.name)
    write_table(book, text("report.sheet_policies"), heading, POLICIES, lines)


def _write_sectors(book: Book, site: Site, title: str, members: Sequence[dict[str, Any]]) -> None:
    lines = [{**_rated(m), "sector": m["member_name"] or m["member_code"]} for m in members]
    heading = (text("report.ranking_title_sectors"), title, site.authority.name)
    write_table(book, text("report.sheet_rank_sectors"), heading, SECTORS, lines)


def _rated(member: dict[str, Any]) -> dict[str, Any]:
    """The columns that units and sectors share."""
    return {
        "rank": member["rank"],
        "late": member["numerator"],
        "denominator": member["denominator"],
        "rate": member["rate"],
        "previous_rank": member["previous_rank"],
        "trend": _trend(member),
        "policy": member["policy_name"],
        "note": _note(member),
    }


def _trend(member: dict[str, Any]) -> str:
    return text(f"report.trend_{member['trend']}") if member["trend"] else ""


def _note(member: dict[str, Any]) -> str:
    if not member["is_reported"]:
        return text("report.note_no_report")
    if not member["denominator"]:
        return text("report.note_no_denominator")
    return text("report.note_small_n") if member["small_n"] else ""
