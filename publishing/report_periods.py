"""The periods a month's end reports on: the month, and the quarter, half, nine months or year it ends."""

from dataclasses import dataclass
from datetime import date

import duckdb

from ingestion.messages import text
from ingestion.site import Site
from warehouse.served import rows

KINDS = ("month", "quarter", "half", "nine_months", "year")
ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True)
class ReportPeriod:
    """A period of the site's reporting calendar. `label` as in core.dim_reporting_period (2024-Q4)."""

    calendar: str
    kind: str
    label: str
    from_on: date
    to_on: date

    @property
    def title(self) -> str:
        """The period as the forms print it: Tháng 12 năm 2024, Quý IV năm 2024."""
        year, _, part = self.label.partition("-")
        if self.kind == "quarter":
            return text("report.period_quarter", quarter=ROMAN[int(part[1:]) - 1], year=year)
        if self.kind == "half":
            return text(f"report.period_half_{part[1:]}", year=year)
        return text(f"report.period_{self.kind}", month=part, year=year)


def periods_ending(
    connection: duckdb.DuckDBPyConnection, site: Site, month: str
) -> list[ReportPeriod]:
    """The month itself first, then the longer periods whose last month it is; none where it is not served."""
    found = rows(
        connection,
        """
        select p.calendar, p.period_kind as kind, p.period as label, p.from_on, p.to_on
        from core.dim_reporting_period as p
        inner join core.dim_reporting_period as m
            on p.calendar = m.calendar and p.last_month_no = m.last_month_no
        where m.calendar = ? and m.period_kind = 'month' and m.period = ?
            and list_contains(?, p.period_kind)
        order by list_position(?, p.period_kind)
        """,
        [site.reporting_calendar, month, list(KINDS), list(KINDS)],
    )
    return [ReportPeriod(**row) for row in found]
