"""Design §8 laws 1–4 and 10 as queries: each gives the rows that break its law."""

import re

ENDS = (
    "pending_in_time_count + pending_overdue_count + pending_suspended_count + pending_no_due_count"
)
RESOLVED = (
    "resolved_early_count + resolved_on_time_count + resolved_late_count"
    " + resolved_no_due_count + withdrawn_count + refused_count"
)
ADDED = (
    "opening_count",
    "received_count",
    "received_online_count",
    "transferred_in_count",
    "resolved_early_count",
    "resolved_on_time_count",
    "resolved_late_count",
    "resolved_no_due_count",
    "withdrawn_count",
    "refused_count",
    "transferred_out_count",
    "pending_in_time_count",
    "pending_overdue_count",
    "pending_suspended_count",
    "pending_no_due_count",
)
_SUMS = ", ".join(f"sum({name}) as {name}" for name in ADDED)
_DIFFER = " or ".join(f"coalesce(a.{n}, 0) <> coalesce(b.{n}, 0)" for n in ADDED)

BALANCE = (
    "select * from {table} where opening_count + received_count + transferred_in_count"
    f" <> {RESOLVED} + transferred_out_count + {ENDS}"
)
# The month before may hold no row of a sector: then nothing may have been carried over from it.
CARRIED = f"""
    with months as (
        select calendar, grain, unit_code, sector_code, month_no, opening_count, {ENDS} as closing
        from core.agg_unit_sector_month
    ),
    built as (select unit_code, min(month_no) as first_no, max(month_no) as last_no
              from core.fct_unit_report group by unit_code)
    select * from (
        select p.calendar, p.grain, p.unit_code, p.sector_code, p.month_no, p.closing,
               coalesce(n.opening_count, 0) as opening
        from months as p
        join built as b on p.unit_code = b.unit_code and p.month_no < b.last_no
        left join months as n on n.month_no = p.month_no + 1 and n.unit_code = p.unit_code
            and n.sector_code = p.sector_code and n.calendar = p.calendar and n.grain = p.grain
        union all
        select n.calendar, n.grain, n.unit_code, n.sector_code, n.month_no, coalesce(p.closing, 0),
               n.opening_count
        from months as n
        join built as b on n.unit_code = b.unit_code and n.month_no > b.first_no
        left join months as p on n.month_no = p.month_no + 1 and n.unit_code = p.unit_code
            and n.sector_code = p.sector_code and n.calendar = p.calendar and n.grain = p.grain
    ) where closing <> opening
"""
LAWS = {
    "ledger: read = accepted + rejected + duplicate + ignored": """
        select * from quality.load_ledger where status = 'accepted' and rows_read is distinct from
            rows_accepted + rows_rejected + rows_duplicate + rows_ignored""",
    "ledger: every data row has one fate": """
        select l.submission_id from quality.load_ledger as l left join (
            select submission_id, count(*) as n from work.intermediate.int_case_row_fate group by all
        ) as f on l.submission_id = f.submission_id
        where l.status = 'accepted'
            and coalesce(f.n, 0) > l.rows_read""",
    "ledger: rejected rows are the rows with a reason": """
        select l.submission_id from quality.load_ledger as l left join (
            select submission_id, count(distinct (sheet, row_number)) as n
            from quality.rejected_rows group by all
        ) as r on l.submission_id = r.submission_id
        where l.status = 'accepted' and l.rows_rejected <> coalesce(r.n, 0)""",
    "balance: every unit, sector, month": BALANCE.format(table="core.agg_unit_sector_month"),
    "balance: mart per unit": BALANCE.format(table="mart.mart_unit_month"),
    "balance: mart per sector": BALANCE.format(table="mart.mart_unit_sector_month"),
    "closing of a month = opening of the next": CARRIED,
    "transfers: what goes out comes in": """
        select calendar, grain, period, sum(transferred_in_count), sum(transferred_out_count)
        from core.agg_unit_sector_month group by all
        having sum(transferred_in_count) <> sum(transferred_out_count)""",
    "form 06a: identities": """
        select * from mart.mart_form_06a where
            received_total_count <> received_online_count + received_direct_count + carried_over_count
            or resolved_total_count
                <> resolved_early_count + resolved_on_time_count + resolved_late_count
            or pending_total_count <> pending_in_time_count + pending_overdue_count
            or received_total_count <> resolved_total_count + pending_total_count""",
    "form 06a: the last row is the sum of the sectors": """
        select calendar, period_kind, period, unit_code from mart.mart_form_06a group by all
        having sum(received_total_count) filter (row_kind = 'sector')
                <> sum(received_total_count) filter (row_kind = 'total')
            or sum(resolved_late_count) filter (row_kind = 'sector')
                <> sum(resolved_late_count) filter (row_kind = 'total')
            or sum(pending_total_count) filter (row_kind = 'sector')
                <> sum(pending_total_count) filter (row_kind = 'total')
            or count(*) filter (row_kind = 'total') <> 1""",
    "form 06a: (6) = (11) of the month before, net of transfers": """
        select n.* from mart.mart_form_06a as n
        join mart.mart_form_06a as p on n.calendar = p.calendar and n.unit_code = p.unit_code
            and n.period_kind = 'month' and p.period_kind = 'month' and n.row_kind = 'total'
            and p.row_kind = 'total' and p.to_on + 1 = n.from_on
        left join (
            select calendar, period, unit_code,
                sum(transferred_in_count) - sum(transferred_out_count) as net
            from core.agg_unit_sector_month where grain = 'date' group by all
        ) as t on n.calendar = t.calendar and n.period = t.period and n.unit_code = t.unit_code
        where n.carried_over_count <> p.pending_total_count + coalesce(t.net, 0)""",
    "sum over sectors = unit": f"""
        select a.period, a.unit_code from mart.mart_unit_month as a full join (
            select period, unit_code, {_SUMS} from mart.mart_unit_sector_month group by all
        ) as b on a.period = b.period and a.unit_code = b.unit_code where {_DIFFER}""",
    "sum over units = authority": f"""
        select a.period from (select period, {_SUMS} from mart.mart_unit_month group by all) as a
        full join (
            select period, {_SUMS} from core.agg_unit_sector_month
            where calendar = 'calendar' and grain = 'date' group by all
        ) as b on a.period = b.period where {_DIFFER}""",
    "authority: cases open at a month's end are the cases of fct_case": f"""
        select u.period, u.closing, c.open from (
            select r.period, coalesce(sum({ENDS}), 0) as closing
            from (select max(period) as period from core.fct_unit_report) as r
            join mart.mart_unit_month as m on r.period = m.period group by all
        ) as u cross join (
            select count(*) as open from core.fct_case as c
            where c.completed_on is null or c.completed_on > (
                select last_day(max(strptime(period || '-01', '%Y-%m-%d'))::date)
                from core.fct_unit_report)
        ) as c where u.closing <> c.open""",
    "balance: mart of periods": BALANCE.format(table="mart.mart_unit_period"),
    "ranking: units as then, as today, sectors and levels are the same cases": """
        select policy_code, calendar, period_kind, period from (
            select policy_code, calendar, period_kind, period, scope,
                coalesce(sum(numerator), 0) as n, coalesce(sum(denominator), 0) as d
            from mart.mart_late_rate_ranking group by all
        ) group by all having count(distinct (n, d)) > 1""",
    "ranking as today: every unit that lasts, and nothing of one that ended with an heir": """
        select r.period, r.member_code from mart.mart_late_rate_ranking as r
        join (select distinct unit_code, unit_code_today from core.dim_unit) as u
            on r.member_code = u.unit_code
        where r.scope = 'unit_as_today' and u.unit_code <> u.unit_code_today""",
    "causes of delay = form 06a (10) + (13)": """
        select * from (
            select calendar, period_kind, period, unit_code, sum(overdue_count) as n
            from mart.mart_cause_of_overdue group by all
        ) as c full join (
            select calendar, period_kind, period, unit_code,
                resolved_late_count + pending_overdue_count as n
            from mart.mart_form_06a where row_kind = 'total'
        ) as f using (calendar, period_kind, period, unit_code)
        where coalesce(c.n, 0) <> coalesce(f.n, 0)""",
    "one state per case and month": """
        select case_key, period from core.fct_case_month group by all having count(*) > 1""",
}

READ = frozenset(re.findall(r"(?:core|intermediate|mart|quality)\.\w+", " ".join(LAWS.values())))
"""The tables that the laws read."""
