"""Gate 3, the duties: none vanishes, a row without input has no figure, lists hold only what was due."""

from expectations.checks import Check, Source, no_rows, unique

STATUS = Source("mart.mart_duty_status", keys=("period", "duty_code", "measure_code", "unit_code"))
OBLIGATION = Source("mart.mart_obligations", keys=("unit_code", "obligation_code"))


def checks() -> tuple[Check, ...]:
    """The checks of the marts of duties."""
    return (
        Check(
            "duty_status_unique",
            "critical",
            STATUS,
            unique("period", "duty_code", "measure_code", "unit_code"),
        ),
        # Duties of all levels; a unit that has ended owes none.
        Check(
            "every_duty_followed",
            "critical",
            STATUS,
            no_rows("""
            select m.period, d.duty_code, d.measure_code, m.unit_code
            from mart.mart_unit_month as m
            inner join core.dim_duty as d
                on d.unit_levels is null
                and m.period between d.from_period and coalesce(d.to_period, m.period)
            left join checked as c
                on m.period = c.period and d.duty_code = c.duty_code
                and d.measure_code = c.measure_code and m.unit_code = c.unit_code
            where c.period is null
                and m.period = (select max(period) from mart.mart_unit_month)
                and m.unit_code in (
                    select unit_code from core.dim_unit
                    where valid_to >= (m.period || '-01')::date
                )
        """),
        ),
        Check(
            "duty_without_figure_says_so",
            "critical",
            STATUS,
            no_rows("""
            select period, duty_code, measure_code, unit_code, duty_status, numerator, denominator
            from checked
            where (duty_status = 'no_data') <> (numerator is null)
                or (duty_status = 'none_arose') <> coalesce(denominator = 0, false)
        """),
        ),
        Check("obligation_unique", "critical", OBLIGATION, unique("unit_code", "obligation_code")),
        Check(
            "obligation_listed_was_due",
            "critical",
            OBLIGATION,
            no_rows("""
            select unit_code, obligation_code, due_on, received_on, as_of_on, is_non_compliant
            from checked
            where (is_non_compliant and due_on > as_of_on)
                or (is_overdue and received_on <= as_of_on)
        """),
        ),
    )
