"""Which submissions stand otherwise in two builds: SQL over both, attached as `old` and `new`.

Each has the one that acts: itself, what replaced it, or what had replaced it and does not any more.
"""

SUBMISSIONS = """
    create table submission as
    select
        coalesce(n.submission_id, o.submission_id) as submission_id,
        coalesce(n.unit_code, o.unit_code) as unit_code,
        coalesce(n.period, o.period) as period,
        coalesce(n.feed, o.feed) as feed,
        coalesce(n.receipt_seq, o.receipt_seq) as receipt_seq,
        coalesce(n.file_name, o.file_name) as file_name,
        coalesce(n.pulled_at, o.pulled_at)::varchar as pulled_at,
        coalesce(n.mode, o.mode) as mode,
        o.period as old_period,
        o.mode as old_mode,
        o.status as old_status,
        n.status as new_status,
        coalesce(o.is_current, false) as was_current,
        coalesce(n.is_current, false) as is_current,
        coalesce(n.rows_accepted, 0) > 0 as has_rows,
        o.submission_id is null as is_arrived,
        n.submission_id is null as is_gone,
        o.layout is distinct from n.layout or o.rows_read is distinct from n.rows_read as is_read_anew,
        (select max(newest_period) from old.meta.build) as newest_period
    from old.quality.load_ledger as o
    full join new.quality.load_ledger as n on o.submission_id = n.submission_id
"""
DELTA = """
    create table delta as
    with changed as (
        select * from submission
        where is_arrived or is_gone or old_status <> new_status or was_current <> is_current
            or old_period <> period or old_mode <> mode
            or (is_read_anew and old_status = 'accepted' and new_status = 'accepted')
    ),
    replacing as (
        select unit_code, feed, period, arg_min(submission_id, receipt_seq) as replaced_by
        from submission
        where is_current and mode = 'replace' and has_rows
        group by unit_code, feed, period
    ),
    withdrawn as (
        select unit_code, feed, old_period as period, arg_max(submission_id, receipt_seq) as restored_by
        from submission
        where was_current and old_mode = 'replace'
            and (new_status is distinct from 'accepted' or period <> old_period)
        group by unit_code, feed, old_period
    ),
    acting as (
        select
            c.submission_id,
            case
                when c.old_status = 'accepted' and c.new_status = 'accepted' and c.period = c.old_period
                    and c.mode = c.old_mode and c.was_current and not c.is_current
                    then coalesce(r.replaced_by, c.submission_id)
                when c.old_status = 'accepted' and c.new_status = 'accepted' and c.period = c.old_period
                    and c.mode = c.old_mode and not c.was_current and c.is_current
                    then coalesce(w.restored_by, c.submission_id)
                else c.submission_id
            end as cause_id
        from changed as c
        left join replacing as r on c.unit_code = r.unit_code and c.feed = r.feed and c.period = r.period
        left join withdrawn as w on c.unit_code = w.unit_code and c.feed = w.feed and c.period = w.period
    )
    select
        a.submission_id,
        a.cause_id,
        s.unit_code,
        s.feed,
        s.period,
        s.receipt_seq,
        case
            when s.is_gone then 'removed'
            when s.is_arrived and s.new_status <> 'accepted' then 'none'
            when s.is_arrived and s.period > s.newest_period then 'newer_file'
            when s.is_arrived and s.mode = 'supplement' then 'supplement'
            when s.is_arrived and exists (
                select 1 from submission as e
                where e.unit_code = s.unit_code and e.feed = s.feed and e.old_period = s.period
                    and e.old_status = 'accepted'
            ) then 'correction'
            when s.is_arrived then 'late_file'
            when s.old_status = 'accepted' and s.new_status = 'accepted' and s.is_read_anew
                and s.period = s.old_period and s.mode = s.old_mode then 'read_again'
            when s.old_status = 'rejected' and s.new_status = 'accepted' and s.is_read_anew
                and not exists (
                    select 1 from old.quality.file_messages as m
                    where m.submission_id = s.submission_id and m.code = 'refused'
                ) then 'read_again'
            else 'decided'
        end as cause
    from acting as a
    inner join submission as s on a.cause_id = s.submission_id
"""
