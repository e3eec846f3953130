"""Gate 3: the figures people read. Balance, sums, form identities, rates, ranks (design §8)."""
# ruff: noqa: S608 - SQL is put together from our own names; values are quoted or bound

from expectations import duties, index
from expectations.checks import Check, Source, between, in_set, no_rows, not_above, unique
from expectations.people import people_checks
from ingestion.site import Site

UNIT = Source("mart.mart_unit_month", keys=("unit_code", "period"))
SECTOR = Source("mart.mart_unit_sector_month", keys=("unit_code", "sector_code", "period"))
RANKING = Source(
    "mart.mart_late_rate_ranking",
    keys=("policy_code", "calendar", "period_kind", "period", "scope", "member_code"),
)
FORM = Source(
    "mart.mart_form_06a",
    keys=("calendar", "period_kind", "period", "unit_code", "row_kind", "sector_code"),
)
BUILD = Source("meta.build", keys=("build_id",))

COUNTS = (
    "opening_count", "received_count", "transferred_in_count", "resolved_early_count",
    "resolved_on_time_count", "resolved_late_count", "resolved_no_due_count", "withdrawn_count",
    "refused_count", "transferred_out_count", "pending_in_time_count", "pending_overdue_count",
    "pending_suspended_count", "pending_no_due_count",
)  # fmt: skip
FORM_COUNTS = {
    3: "received_total_count", 4: "received_online_count", 5: "received_direct_count",
    6: "carried_over_count", 7: "resolved_total_count", 8: "resolved_early_count",
    9: "resolved_on_time_count", 10: "resolved_late_count", 11: "pending_total_count",
    12: "pending_in_time_count", 13: "pending_overdue_count",
}  # fmt: skip
RESOLVED = (
    "resolved_early_count + resolved_on_time_count + resolved_late_count"
    " + resolved_no_due_count + withdrawn_count + refused_count"
)
PENDING = (
    "pending_in_time_count + pending_overdue_count + pending_suspended_count + pending_no_due_count"
)
IN = "opening_count + received_count + transferred_in_count"


def checks(site: Site) -> tuple[Check, ...]:
    """The checks of this gate; none depends on the site so far."""
    del site
    return (*_months(), *_ranking(), *people_checks(), *_form(), *duties.checks(), *index.checks())


def _months() -> tuple[Check, ...]:
    return (
        Check(
            "newest_month_built",
            "critical",
            BUILD,
            no_rows("""
            select build_id, newest_period
            from checked
            where newest_period not in (select period from mart.mart_unit_month)
        """),
        ),
        Check("unit_month_unique", "critical", UNIT, unique("unit_code", "period")),
        Check(
            "unit_sector_month_unique",
            "critical",
            SECTOR,
            unique("unit_code", "sector_code", "period"),
        ),
        Check(
            "unit_counts_not_negative", "critical", UNIT, no_rows(_negative("unit_code, period"))
        ),
        Check(
            "sector_counts_not_negative",
            "critical",
            SECTOR,
            no_rows(_negative("unit_code, sector_code, period")),
        ),
        Check("unit_balance", "critical", UNIT, no_rows(_balance("unit_code, period"))),
        Check(
            "sector_balance",
            "critical",
            SECTOR,
            no_rows(_balance("unit_code, sector_code, period")),
        ),
        Check("sectors_sum_to_unit", "critical", SECTOR, no_rows(_sectors_sum_to_unit())),
        Check(
            "transfers_cancel_out",
            "critical",
            UNIT,
            no_rows("""
            select period, sum(transferred_in_count)::bigint as transferred_in,
                sum(transferred_out_count)::bigint as transferred_out
            from checked
            group by period
            having sum(transferred_in_count) <> sum(transferred_out_count)
        """),
        ),
        Check(
            "unit_closing_is_next_opening",
            "critical",
            UNIT,
            no_rows(f"""
            select c.unit_code, c.period, {_prefixed("c", PENDING)} as closing,
                n.period as next_period, n.opening_count as next_opening
            from checked as c
            left join checked as n on c.unit_code = n.unit_code and n.period = {NEXT_PERIOD}
            where c.period < (select max(period) from checked)
                and {_prefixed("c", PENDING)} <> coalesce(n.opening_count, 0)
        """),
        ),
        Check("sector_closing_is_next_opening", "critical", SECTOR, no_rows(_sector_chain())),
        Check(
            "unit_late_not_above_denominator",
            "critical",
            UNIT,
            not_above("late_numerator", "late_denominator"),
        ),
        Check("unit_late_rate_in_range", "critical", UNIT, between("late_rate", 0, 1)),
        Check(
            "unreported_unit_has_no_rate",
            "critical",
            UNIT,
            no_rows("""
            select unit_code, period, late_rate
            from checked
            where late_rate is not null and (not is_reported or late_denominator = 0)
        """),
        ),
    )


def _ranking() -> tuple[Check, ...]:
    group = "policy_code, calendar, period_kind, period, scope"
    return (
        Check(
            "ranking_unique",
            "critical",
            RANKING,
            unique("policy_code", "calendar", "period_kind", "period", "scope", "member_code"),
        ),
        Check(
            "ranking_period_kind_known",
            "critical",
            RANKING,
            in_set("period_kind", ("month", "quarter", "half", "nine_months", "year", "ytd")),
        ),
        Check("ranking_rate_in_range", "critical", RANKING, between("rate", 0, 1)),
        Check(
            "ranking_numerator_not_above_denominator",
            "critical",
            RANKING,
            not_above("numerator", "denominator"),
        ),
        Check(
            "ranking_rate_is_quotient",
            "critical",
            RANKING,
            no_rows("""
            select policy_code, calendar, period_kind, period, scope, member_code,
                numerator, denominator, rate
            from checked
            where rate is not null
                and (denominator = 0 or abs(rate - numerator / denominator::double) > 1e-12)
        """),
        ),
        Check(
            "ranking_rank_needs_rate",
            "critical",
            RANKING,
            no_rows("""
            select policy_code, calendar, period_kind, period, scope, member_code, rate, rank
            from checked
            where (rate is null) <> (rank is null) and member_code <> '(trống)'
        """),
        ),
        Check(
            "ranking_starts_at_one",
            "critical",
            RANKING,
            no_rows(f"""
            select {group}, min(rank) as first_rank
            from checked
            group by {group}
            having min(rank) <> 1
        """),
        ),
        # Equal fractions give equal doubles, so ordering by the double quotient is exact.
        Check(
            "ranking_is_competition_rank",
            "critical",
            RANKING,
            no_rows(f"""
            select {group}, member_code, rank, expected_rank
            from (
                select *, rank() over (
                    partition by {group} order by numerator / denominator::double desc
                ) as expected_rank
                from checked
                where rank is not null
            )
            where rank <> expected_rank
        """),
        ),
        Check(
            "ranking_small_n_marked",
            "critical",
            RANKING,
            no_rows("""
            select policy_code, calendar, period_kind, period, scope, member_code, denominator, small_n
            from checked
            where denominator > 0 and small_n <> (denominator < 20)
        """),
        ),
    )


def _form() -> tuple[Check, ...]:
    c = FORM_COUNTS
    return (
        Check(
            "form_unique",
            "critical",
            FORM,
            unique("calendar", "period_kind", "period", "unit_code", "row_kind", "sector_code"),
        ),
        Check("form_3_is_4_5_6", "critical", FORM, no_rows(_identity(3, 4, 5, 6))),
        Check("form_7_is_8_9_10", "critical", FORM, no_rows(_identity(7, 8, 9, 10))),
        Check("form_11_is_12_13", "critical", FORM, no_rows(_identity(11, 12, 13))),
        Check("form_3_is_7_11", "critical", FORM, no_rows(_identity(3, 7, 11))),
        Check(
            "form_not_negative",
            "critical",
            FORM,
            no_rows(f"""
            select calendar, period_kind, period, unit_code, row_kind, sector_code
            from checked
            where least({", ".join(name for n, name in c.items() if n != 6)}) < 0
        """),
        ),
        Check("form_total_is_sum", "critical", FORM, no_rows(_form_total())),
        Check(
            "form_agrees_with_month",
            "critical",
            FORM,
            no_rows(f"""
            select f.unit_code, f.period, f.carried_over_count, f.resolved_total_count,
                f.pending_total_count, m.opening_count, m.transferred_in_count,
                m.transferred_out_count
            from checked as f
            inner join mart.mart_unit_month as m
                on f.unit_code = m.unit_code and f.period = m.period
            where f.calendar = 'calendar' and f.period_kind = 'month' and f.row_kind = 'total'
                and (
                    f.carried_over_count
                        <> m.opening_count + m.transferred_in_count - m.transferred_out_count
                    or f.resolved_total_count <> {_prefixed("m", RESOLVED)}
                    or f.pending_total_count <> {_prefixed("m", PENDING)}
                )
        """),
        ),
    )


# "2024-12" -> "2025-01" in SQL; `c` is the row that closes.
NEXT_PERIOD = "strftime((c.period || '-01')::date + interval 1 month, '%Y-%m')"


def _prefixed(alias: str, expression: str) -> str:
    """`a + b` -> `t.a + t.b`, in brackets."""
    return "(" + " + ".join(f"{alias}.{name}" for name in expression.split(" + ")) + ")"


def _negative(keys: str) -> str:
    return f"select {keys} from checked where least({', '.join(COUNTS)}) < 0"


def _balance(keys: str) -> str:
    """Opening + received + transferred in = resolved + transferred out + closing (domain §2)."""
    return f"""
        select {keys}, {IN} as came_in, {RESOLVED} as resolved, transferred_out_count,
            {PENDING} as closing
        from checked
        where {IN} <> {RESOLVED} + transferred_out_count + {PENDING}
    """


def _sectors_sum_to_unit() -> str:
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in COUNTS)
    differs = " or ".join(f"coalesce(s.{name}, 0) <> u.{name}" for name in COUNTS)
    return f"""
        select u.unit_code, u.period, u.received_count as unit_received,
            s.received_count as sectors_received
        from mart.mart_unit_month as u
        left join (
            select unit_code, period, {sums} from checked group by unit_code, period
        ) as s on u.unit_code = s.unit_code and u.period = s.period
        where {differs}
    """


def _sector_chain() -> str:
    """A sector row without a row in the next month has closed at nothing, and the reverse."""
    return f"""
        with closing as (
            select c.unit_code, c.sector_code, {NEXT_PERIOD} as period,
                {PENDING} as closing
            from checked as c
        ),

        started as (select unit_code, min(period) as first_period from checked group by unit_code)

        select unit_code, sector_code, period, closing as closing_before, opening_count
        from closing
        full join (select unit_code, sector_code, period, opening_count from checked) as opening
            using (unit_code, sector_code, period)
        inner join started using (unit_code)
        where period > first_period
            and period <= (select max(period) from checked)
            and coalesce(closing, 0) <> coalesce(opening_count, 0)
    """


def _identity(total: int, *parts: int) -> str:
    """A column of the form equals the sum of others, row by row (TT 01/2020, domain §3)."""
    addends = [FORM_COUNTS[n] for n in parts]
    return f"""
        select calendar, period_kind, period, unit_code, row_kind, sector_code,
            {FORM_COUNTS[total]}, {", ".join(addends)}
        from checked
        where {FORM_COUNTS[total]} is distinct from {" + ".join(addends)}
    """


def _form_total() -> str:
    key = "calendar, period_kind, period, unit_code"
    total = " or ".join(
        f"sum(case when row_kind = 'sector' then {name} else 0 end)"
        f" <> sum(case when row_kind = 'total' then {name} else 0 end)"
        for name in FORM_COUNTS.values()
    )
    return f"select {key} from checked group by {key} having {total}"
