"""Which figures moved between two builds, and why: SQL over both, attached as `old` and `new`.

A count is a sum over cases. So each case that counts otherwise in a month than before is found, and
the file behind it: the row that gives its state of that month (`core.fct_case_month`), or the row
of its newest state where reception, completion, sector or channel changed (domain §2). The
differences of all causes of a cell add up to the difference of the cell.
"""
# ruff: noqa: S608 - SQL is put together from our own names

MEASURES = (
    "opening_count", "received_count", "received_online_count", "transferred_in_count",
    "resolved_early_count", "resolved_on_time_count", "resolved_late_count",
    "resolved_no_due_count", "withdrawn_count", "refused_count", "transferred_out_count",
    "pending_in_time_count", "pending_overdue_count", "pending_suspended_count",
    "pending_no_due_count",
)  # fmt: skip
"""The canonical count columns (design §5)."""
CAUSES = (
    "late_file", "correction", "supplement", "newer_file", "decided", "read_again", "removed",
    "reference", "code", "unexplained",
)  # fmt: skip
"""late_file: the first file of a month that was published without. correction: it replaces another.
newer_file: a file of a month after those compared. decided: a person accepted, refused or moved a
file. read_again: the same bytes by another layout. removed: its receipt is gone. The last three are
of no file: the site's folder changed, the code did, or nothing that we know of."""

CASE_COLUMNS: dict[str, tuple[str, ...]] = {
    "core.dim_policy": ("grain", "is_default"),
    "core.dim_unit": ("unit_code", "successor_codes"),
    "core.fct_case": ("case_key", "submission_id", "sheet", "row_number"),
    "core.fct_case_month": (
        "case_key", "period", "unit_code", "opening_unit_code", "sector_code", "channel",
        "is_opening", "is_received", "is_transferred", "is_resolved", "resolution",
        "resolution_by_time", "pending_state", "pending_state_by_time", "submission_id", "sheet",
        "row_number",
    ),
    "core.fct_unit_report": ("period", "unit_code", "is_reported"),
    "meta.build": ("build_id", "code_revision", "site_digest", "newest_period"),
    "quality.row_lineage": (
        "case_key", "submission_id", "sheet", "row_number", "unit_code", "sector_code",
        "status_code", "received_at", "due_at", "completed_at",
    ),
}  # fmt: skip
"""What both builds must have for the causes to be found case by case."""

_PAIRS = ", ".join(
    f"{{'measure': '{name}', 'old_value': coalesce(o.{name}, 0), 'new_value': coalesce(n.{name}, 0)}}"
    for name in MEASURES
)
_DIFFERENT = " or ".join(f"coalesce(o.{name}, 0) <> coalesce(n.{name}, 0)" for name in MEASURES)
PUBLISHED_MONTHS = "<= (select newest_period from old.meta.build)"
"""Only months up to the newest published one can have moved; the new month itself is news."""


def cells(months: str = PUBLISHED_MONTHS) -> str:
    """SQL that makes the table `cell`: what differs, in months that satisfy the condition."""
    return f"""
    create table cell as
    with both_builds as (
        select
            coalesce(n.period, o.period) as period,
            coalesce(n.unit_code, o.unit_code) as unit_code,
            coalesce(n.sector_code, o.sector_code) as sector_code,
            unnest([{_PAIRS}], recursive := true)
        from old.mart.mart_unit_sector_month as o
        full join new.mart.mart_unit_sector_month as n
            on o.period = n.period and o.unit_code = n.unit_code and o.sector_code = n.sector_code
        where ({_DIFFERENT})
            and coalesce(n.period, o.period) {months}
    )
    select * from both_builds where old_value <> new_value
    union all by name
    select
        coalesce(n.period, o.period) as period,
        coalesce(n.unit_code, o.unit_code) as unit_code,
        null as sector_code,
        'is_reported' as measure,
        coalesce(o.is_reported, false)::bigint as old_value,
        coalesce(n.is_reported, false)::bigint as new_value
    from old.core.fct_unit_report as o
    full join new.core.fct_unit_report as n on o.period = n.period and o.unit_code = n.unit_code
    where coalesce(o.is_reported, false) <> coalesce(n.is_reported, false)
        and coalesce(n.period, o.period) {months}
"""


def _contributions(database: str) -> str:
    """Where each case counts as one: case × period × unit × sector × measure."""
    verdict, pending = (
        f"case when p.grain = 'timestamp' then m.{name}_by_time else m.{name} end"
        for name in ("resolution", "pending_state")
    )
    return f"""
        select * from (
            select m.case_key, m.period, m.unit_code, m.sector_code, unnest([
                case when m.is_received then 'received_count' end,
                case when m.is_received and m.channel = 'online' then 'received_online_count' end,
                case when m.is_transferred then 'transferred_in_count' end,
                case
                    when {verdict} in ('withdrawn', 'refused') then {verdict} || '_count'
                    else 'resolved_' || {verdict} || '_count'
                end,
                'pending_' || {pending} || '_count'
            ]) as measure
            from {database}.core.fct_case_month as m
            cross join (select grain from {database}.core.dim_policy where is_default) as p
            semi join changed_month as c on m.period = c.period and m.unit_code = c.unit_code
            semi join {database}.core.fct_unit_report as r on m.period = r.period and m.unit_code = r.unit_code
            union all
            select m.case_key, m.period, m.opening_unit_code, m.sector_code, unnest([
                'opening_count', case when m.is_transferred then 'transferred_out_count' end
            ])
            from {database}.core.fct_case_month as m
            semi join changed_month as c on m.period = c.period and m.opening_unit_code = c.unit_code
            semi join {database}.core.fct_unit_report as r
                on m.period = r.period and m.opening_unit_code = r.unit_code
            where m.is_opening
        )
        where measure is not null
    """


MOVED = f"""
    create table changed_month as select distinct period, unit_code from cell;
    create table old_count as {_contributions("old")};
    create table new_count as {_contributions("new")};
    create table moved as
    select *, -1 as difference from old_count
    anti join new_count using (case_key, period, unit_code, sector_code, measure)
    union all by name
    select *, 1 as difference from new_count
    anti join old_count using (case_key, period, unit_code, sector_code, measure);
    drop table old_count;
    drop table new_count
"""

# A row that both builds hold and read otherwise tells of the site's folder or the code, not of a file.
_SAME_ROW = """
    exists (
        select 1
        from old.quality.row_lineage as x
        inner join new.quality.row_lineage as y
            on x.submission_id = y.submission_id and x.sheet = y.sheet and x.row_number = y.row_number
        where x.submission_id = {row}.submission_id and x.sheet = {row}.sheet
            and x.row_number = {row}.row_number
            and row(x.case_key, x.unit_code, x.sector_code, x.status_code, x.received_at, x.due_at,
                x.completed_at)
                is distinct from row(y.case_key, y.unit_code, y.sector_code, y.status_code,
                y.received_at, y.due_at, y.completed_at)
    )
"""
CASE_CAUSES = f"""
    create table case_cause as
    with moved_case as (
        select distinct case_key, period from moved
    ),
    -- The rows behind the case in that month, and its newest ones, before and now.
    behind as (
        select
            c.case_key,
            c.period,
            o.submission_id as old_id,
            n.submission_id as new_id,
            oc.submission_id as old_newest_id,
            nc.submission_id as new_newest_id,
            oc.case_key is not null and nc.case_key is not null and (
                (o.case_key is null) <> (n.case_key is null)
                or row(o.sector_code, o.channel, o.is_received, o.is_opening, o.is_resolved)
                    is distinct from row(n.sector_code, n.channel, n.is_received, n.is_opening, n.is_resolved)
            ) as is_by_newest,
            is_rebuilt and ({_SAME_ROW.format(row="o")} or {_SAME_ROW.format(row="oc")}) as is_read_otherwise
        from moved_case as c
        cross join (select (select row(site_digest, code_revision) from old.meta.build)
            is distinct from (select row(site_digest, code_revision) from new.meta.build) as is_rebuilt)
        left join old.core.fct_case_month as o on c.case_key = o.case_key and c.period = o.period
        left join new.core.fct_case_month as n on c.case_key = n.case_key and c.period = n.period
        left join old.core.fct_case as oc on c.case_key = oc.case_key
        left join new.core.fct_case as nc on c.case_key = nc.case_key
    ),
    -- Candidates in the order in which they are believed.
    candidate as (
        select case_key, period, is_read_otherwise, unnest(
            case
                when is_by_newest then [
                    {{'place': 1, 'id': new_newest_id}}, {{'place': 2, 'id': old_newest_id}},
                    {{'place': 3, 'id': new_id}}, {{'place': 4, 'id': old_id}}
                ]
                else [{{'place': 1, 'id': new_id}}, {{'place': 2, 'id': old_id}}]
            end, recursive := true)
        from behind
        union all by name
        select b.case_key, b.period, b.is_read_otherwise,
            case when s.period <= b.period then 10 else 20 end as place, l.submission_id as id
        from behind as b
        inner join (
            select case_key, submission_id from old.quality.row_lineage
            union
            select case_key, submission_id from new.quality.row_lineage
        ) as l on b.case_key = l.case_key
        inner join submission as s on l.submission_id = s.submission_id
    )
    select
        c.case_key,
        c.period,
        bool_or(c.is_read_otherwise) as is_read_otherwise,
        arg_min(d.cause_id, row(c.place, -d.receipt_seq, d.cause_id))
            filter (d.cause_id is not null) as cause_id
    from candidate as c
    left join delta as d on c.id = d.submission_id and d.cause <> 'none'
    group by c.case_key, c.period
"""

# Where no case tells: files of the unit's own months, of those whose rows name it, or of the units
# that it succeeds or that succeed it. Files of the new month are of every unit and explain no count.
UNIT_CAUSES = """
    create table unit_file as
    with file as (
        select * from delta where cause <> 'none' and feed = 'cases'
    )
    select cause_id, cause, unit_code, period as cause_period, receipt_seq, 1 as nearness
    from file
    union
    select d.cause_id, d.cause, l.unit_code, d.period, d.receipt_seq, 2
    from file as d
    inner join (
        select submission_id, unit_code from old.quality.row_lineage
        union
        select submission_id, unit_code from new.quality.row_lineage
    ) as l on d.submission_id = l.submission_id
    union
    select d.cause_id, d.cause, u.other, d.period, d.receipt_seq, 3
    from file as d
    inner join (
        select unit_code, unnest(string_split(successor_codes, ';')) as other from new.core.dim_unit
        union
        select unnest(string_split(successor_codes, ';')), unit_code from new.core.dim_unit
    ) as u on d.unit_code = u.unit_code;
    create table unit_cause as
    select
        m.period,
        m.unit_code,
        arg_min(u.cause_id, row(
            u.cause_period > m.period, u.nearness, u.cause_period <> m.period, -u.receipt_seq, u.cause_id
        )) as cause_id
    from (select distinct period, unit_code from cell) as m
    inner join unit_file as u on m.unit_code = u.unit_code and u.cause <> 'newer_file'
    group by m.period, m.unit_code
"""

OF_BUILD = """
    (select case
        when o.site_digest is distinct from n.site_digest then 'reference'
        when o.code_revision is distinct from n.code_revision then 'code'
        else 'unexplained'
    end from old.meta.build as o cross join new.meta.build as n)
"""
RESULT = f"""
    create table change as
    with explained as (
        select
            m.period,
            m.unit_code,
            m.sector_code,
            m.measure,
            m.difference,
            case when not k.is_read_otherwise then coalesce(k.cause_id, u.cause_id) end as cause_id
        from moved as m
        inner join case_cause as k on m.case_key = k.case_key and m.period = k.period
        left join unit_cause as u on m.period = u.period and m.unit_code = u.unit_code
        union all by name
        select c.period, c.unit_code, c.sector_code, c.measure,
            c.new_value - c.old_value as difference, u.cause_id
        from cell as c
        left join unit_cause as u on c.period = u.period and c.unit_code = u.unit_code
        where c.measure = 'is_reported'
    ),
    summed as (
        select period, unit_code, sector_code, measure, cause_id, sum(difference)::bigint as difference
        from explained
        group by all
        having sum(difference) <> 0
    ),
    -- What the cases leave over, so that a cell's differences always add up.
    left_over as (
        select c.period, c.unit_code, c.sector_code, c.measure, null as cause_id,
            any_value(c.new_value - c.old_value) - coalesce(sum(s.difference), 0)::bigint as difference
        from cell as c
        left join summed as s
            on c.period = s.period and c.unit_code = s.unit_code and c.measure = s.measure
            and c.sector_code is not distinct from s.sector_code
        group by all
    ),
    complete as (
        select * from summed
        union all by name
        select * from left_over where difference <> 0
    )
    select c.*, s.difference, coalesce(d.cause, {OF_BUILD}) as cause, s.cause_id as submission_id
    from cell as c
    inner join complete as s
        on c.period = s.period and c.unit_code = s.unit_code and c.measure = s.measure
        and c.sector_code is not distinct from s.sector_code
    left join (select distinct cause_id, cause from delta) as d on s.cause_id = d.cause_id
"""
# Builds of code so different that their cases cannot be laid side by side.
RESULT_WITHOUT_CASES = """
    create table change as
    select *, new_value - old_value as difference, 'code' as cause, null::varchar as submission_id
    from cell
"""
