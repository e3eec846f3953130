-- What registers tell beside obligations, per unit and reporting period, each figure as of the period's end. Days are those of a
-- row's newest month; what carries no day stands as its declared month said until the next month that has the row. Figures
-- declared for a month are that month's in both calendars.
{% set period = ['p.calendar', 'p.period_kind', 'p.period', 'p.last_month_no'] | join(', ') %}
with sent as (
    select distinct unit_code as sender_code, period_no as month_no
    from {{ ref('int_submission_standing') }}
    where status = 'accepted' and feed = 'registers'
),

-- Who keeps which register for whom: whoever has told of a unit; of dialogues, feedback and letters also each unit for itself, so
-- that its workbook without such rows says that there were none.
keeper as (
    {%- for register in ['feedback', 'dialogue', 'inspection', 'publication'] %}
    select '{{ register }}' as register, sender_code, unit_code from {{ ref('fct_' ~ register) }}
    union
    {%- endfor %}
    select unnest(['feedback', 'dialogue', 'apology']) as register, sender_code, sender_code as unit_code from sent
),

kept as (
    select distinct k.register, {{ period }}, k.unit_code
    from keeper as k
    inner join sent as s on k.sender_code = s.sender_code
    inner join {{ ref('dim_reporting_period') }} as p on s.month_no between p.first_month_no and p.last_month_no
),

feedback as (
    select
        f.unit_code,
        f.feedback_kind in ('complaint', 'denunciation') as is_complaint,
        f.received_on,
        f.resolved_on,
        f.is_published,
        coalesce(f.due_on, d.date_on) as due_on
    from {{ ref('fct_feedback') }} as f
    left join {{ ref('dim_date') }} as r on f.received_on = r.date_on
    left join {{ ref('dim_date') }} as d
        on f.due_on is null and d.is_working_day and d.working_day_number = r.working_day_number + f.term_days
    where f.is_latest_row
),

publication as (
    select unit_code, procedure_code, due_on, published_on
    from {{ ref('fct_publication') }}
    where is_latest_row
),

publication_standing as (
    select
        unit_code,
        procedure_code,
        is_complete,
        is_posted,
        is_fee_posted,
        {{ period_month_no('period') }} as from_no,
        coalesce(
            lead({{ period_month_no('period') }}) over (partition by unit_code, procedure_code order by period) - 1, 999999
        ) as to_no
    from {{ ref('fct_publication') }}
),

-- A column that nobody has filled in says nothing; in one that is filled in, a blank is a no.
publication_stock as (
    select
        {{ period }},
        s.unit_code,
        count(*) as procedures,
        count(*) filter (s.is_posted) as posted,
        bool_or(s.is_posted is not null) as tells_posted,
        count(*) filter (s.is_fee_posted) as fee_posted,
        count(s.is_fee_posted) as with_fee,
        count(*) filter (n.published_on <= p.to_on) as published,
        count(*) filter (n.published_on <= p.to_on and s.is_complete) as complete,
        bool_or(n.published_on <= p.to_on and s.is_complete is not null) as tells_complete
    from {{ ref('dim_reporting_period') }} as p
    inner join publication_standing as s on p.last_month_no between s.from_no and s.to_no
    inner join publication as n on s.unit_code = n.unit_code and s.procedure_code = n.procedure_code
    group by all
),

web_page as (
    select
        unit_code,
        is_present,
        {{ period_month_no('period') }} as from_no,
        coalesce(lead({{ period_month_no('period') }}) over (partition by unit_code, web_item order by period) - 1, 999999) as to_no
    from {{ ref('fct_web_item') }}
),

required_item as (
    select count(distinct option_code) as items
    from {{ source('raw', 'register_option') }}
    where register = 'web_item' and column_name = 'web_item'
),

-- Late cases by the month they were resolved in, and the month of their first letter. Counted before they meet periods.
late_case as (
    {%- for calendar, cases in [('calendar', 'fct_case_month'), ('d15', 'fct_case_month_d15')] %}
    select
        '{{ calendar }}' as calendar,
        c.unit_code,
        c.month_no,
        {{ reporting_month_no('l.apologised_on', calendar) }} as letter_no,
        count(*) as cases
    from {{ ref(cases) }} as c
    left join (select case_key, min(apologised_on) as apologised_on from {{ ref('fct_apology') }} group by case_key) as l
        on c.case_key = l.case_key
    where c.is_resolved and c.resolution = 'late'
    group by all
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

score as (
    select
        unit_code,
        index_code,
        score_year,
        criterion_code,
        max(score) filter (score_kind = 'self') as self_score,
        max(score) filter (score_kind = 'appraised') as appraised_score
    from {{ ref('fct_score') }}
    where is_latest_row
    group by all
),

-- Every figure as parts that add up: (period, unit, measure, numerator, denominator). The lower `place` stands where two tell.
told as (
    select {{ period }}, f.unit_code, unnest([
        struct_pack(
            measure_code := 'complaint_open_count',
            numerator := case when f.is_complaint then (f.resolved_on is null or f.resolved_on > p.to_on)::BIGINT end,
            denominator := null::BIGINT
        ),
        struct_pack(
            measure_code := 'complaint_resolved_rate',
            numerator := case when f.is_complaint then coalesce(f.resolved_on <= p.to_on, false)::BIGINT end,
            denominator := 1
        ),
        struct_pack(
            measure_code := 'feedback_in_term_rate',
            numerator := case
                when not f.is_complaint and f.due_on between p.from_on and p.to_on then coalesce(f.resolved_on <= f.due_on, false)::BIGINT
            end,
            denominator := 1
        )
    ], recursive := true), 'feedback' as input, 1 as place
    from {{ ref('dim_reporting_period') }} as p
    inner join feedback as f
        on f.received_on <= p.to_on
        and (f.resolved_on is null or f.resolved_on >= p.from_on or f.due_on >= p.from_on)
        and (not f.is_complaint or f.resolved_on is null or f.resolved_on >= p.from_on)
    union all
    select {{ period }}, f.unit_code, 'feedback_published_rate', count(*) filter (f.is_published), count(*), 'feedback', 1
    from {{ ref('dim_reporting_period') }} as p
    inner join feedback as f on not f.is_complaint and f.resolved_on between p.from_on and p.to_on
    group by all
    having bool_or(f.is_published is not null)
    union all
    select {{ period }}, i.unit_code, unnest([
        struct_pack(
            measure_code := 'inspection_count',
            numerator := (i.event_kind in ('planned_inspection', 'surprise_inspection'))::BIGINT,
            denominator := null::BIGINT
        ),
        struct_pack(
            measure_code := 'surprise_inspection_count',
            numerator := (i.event_kind = 'surprise_inspection')::BIGINT,
            denominator := null
        ),
        struct_pack(
            measure_code := 'reward_count',
            numerator := case when i.event_kind = 'reward' then coalesce(i.subject_count, 1) else 0 end,
            denominator := null
        ),
        struct_pack(
            measure_code := 'handling_count',
            numerator := case when i.event_kind = 'handling' then coalesce(i.subject_count, 1) else 0 end,
            denominator := null
        ),
        struct_pack(
            measure_code := 'software_mismatch_rate',
            numerator := case when i.checked_case_count is not null then i.mismatch_case_count end,
            denominator := i.checked_case_count
        ),
        struct_pack(measure_code := 'extra_paper_count', numerator := i.extra_paper_case_count, denominator := null)
    ], recursive := true), 'inspection', 1
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('fct_inspection') }} as i on i.is_latest_row and i.happened_on between p.from_on and p.to_on
    union all
    select {{ period }}, d.unit_code, 'dialogue_count', 1, null, 'dialogue', 1
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('fct_dialogue') }} as d on d.is_latest_row and d.held_on between p.from_on and p.to_on
    union all
    select {{ period }}, b.unit_code, 'satisfaction_rate',
        sum(b.ballot_count) filter (b.satisfaction_level in ('very_satisfied', 'satisfied')), sum(b.ballot_count), 'satisfaction', 1
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('fct_satisfaction') }} as b on b.is_latest_row and b.surveyed_on between p.from_on and p.to_on
    group by all
    union all
    select s.* exclude (procedures, posted, tells_posted, fee_posted, with_fee, published, complete, tells_complete), unnest([
        struct_pack(
            measure_code := 'procedure_posted_rate',
            numerator := case when s.tells_posted then s.posted end,
            denominator := s.procedures
        ),
        struct_pack(
            measure_code := 'fee_posted_rate',
            numerator := case when s.with_fee > 0 then s.fee_posted end,
            denominator := s.with_fee
        ),
        struct_pack(
            measure_code := 'publication_complete_rate',
            numerator := case when s.tells_complete then s.complete end,
            denominator := s.published
        )
    ], recursive := true), 'publication', 1
    from publication_stock as s
    union all
    select {{ period }}, n.unit_code, 'publication_on_time_rate', (coalesce(n.published_on <= n.due_on, false))::BIGINT, 1, 'publication', 1
    from {{ ref('dim_reporting_period') }} as p
    inner join publication as n on n.due_on between p.from_on and p.to_on
    union all
    -- Late in the period: made public in it after its day, or not yet by its end.
    select {{ period }}, n.unit_code, unnest([
        struct_pack(measure_code := 'late_publication_count', numerator := 1::BIGINT, denominator := null::BIGINT),
        struct_pack(
            measure_code := 'late_publication_days',
            numerator := least(coalesce(n.published_on, p.to_on), p.to_on) - n.due_on,
            denominator := null
        )
    ], recursive := true), 'publication', 1
    from {{ ref('dim_reporting_period') }} as p
    inner join publication as n
        on n.due_on < least(coalesce(n.published_on, p.to_on), p.to_on)
        and (n.published_on is null or n.published_on >= p.from_on)
    union all
    select {{ period }}, w.unit_code, 'web_item_rate', count(*) filter (w.is_present), any_value(r.items), 'web_item', 1
    from {{ ref('dim_reporting_period') }} as p
    inner join web_page as w on p.last_month_no between w.from_no and w.to_no
    cross join required_item as r
    group by all
    union all
    -- A year's score belongs to all periods that end in the year, whenever it is given; the appraised one prevails.
    select {{ period }}, s.unit_code, 'head_reform_score', coalesce(s.appraised_score, s.self_score), null, 'score', 1
    from {{ ref('dim_reporting_period') }} as p
    inner join score as s
        on s.score_year = p.last_month_no // 12 and s.index_code = 'NGUOI-DUNG-DAU' and s.criterion_code = 'TONG'
    union all
    select {{ period }}, s.unit_code, 'appraised_criterion_rate', count(s.appraised_score), count(*), 'score', 1
    from {{ ref('dim_reporting_period') }} as p
    inner join score as s
        on s.score_year = p.last_month_no // 12 and s.index_code <> 'NGUOI-DUNG-DAU' and s.criterion_code <> 'TONG'
    where s.self_score is not null
    group by all
    union all
    select {{ period }}, c.unit_code, 'apology_rate', sum(c.cases) filter (c.letter_no <= p.last_month_no), sum(c.cases), 'apology', 1
    from {{ ref('dim_reporting_period') }} as p
    inner join late_case as c on p.calendar = c.calendar and c.month_no between p.first_month_no and p.last_month_no
    group by all
    union all
    -- What is posted is a standing of the newest month that tells it; the rest happened in its month and adds up. What exports may
    -- tell themselves is msr_service's.
    select {{ period }}, d.unit_code,
        case d.declared_measure when 'extra_paper' then 'extra_paper_count' else d.declared_measure || '_rate' end,
        case when d.declared_measure like '%_posted' then arg_max(d.part_count, d.period) else sum(d.part_count) end,
        case
            when d.declared_measure = 'extra_paper' then null
            when d.declared_measure like '%_posted' then arg_max(d.whole_count, d.period)
            else sum(d.whole_count)
        end,
        'declaration', 2
    from {{ ref('dim_reporting_period') }} as p
    inner join {{ ref('fct_declaration') }} as d
        on {{ period_month_no('d.period') }} between p.first_month_no and p.last_month_no
    where d.declared_measure not in ('electronic_file', 'post_delivery', 'joint_procedure')
    group by {{ period }}, d.unit_code, d.declared_measure
),

-- Registers that are kept, and tell of nothing: a count of 0, a rate without a denominator.
nothing_told as (
    select k.calendar, k.period_kind, k.period, k.last_month_no, k.unit_code, m.measure_code, 0 as numerator, m.denominator,
        k.register as input, 1 as place
    from kept as k
    inner join (
        values
        ('feedback', 'complaint_open_count', null), ('feedback', 'complaint_resolved_rate', 0), ('feedback', 'feedback_in_term_rate', 0),
        ('dialogue', 'dialogue_count', null), ('inspection', 'inspection_count', null),
        ('inspection', 'surprise_inspection_count', null), ('inspection', 'reward_count', null), ('inspection', 'handling_count', null),
        ('publication', 'late_publication_count', null), ('publication', 'late_publication_days', null), ('apology', 'apology_rate', 0)
    ) as m (register, measure_code, denominator) on k.register = m.register
),

measured as (
    select
        calendar,
        period_kind,
        period,
        last_month_no,
        unit_code,
        measure_code,
        coalesce(sum(numerator), 0) as numerator,
        sum(denominator) as denominator,
        input,
        place
    from (
        select * from told where numerator is not null or measure_code = 'apology_rate'
        union all by name
        select * from nothing_told
    )
    group by all
)

select
    m.calendar,
    m.period_kind,
    m.period,
    m.last_month_no,
    m.unit_code,
    m.measure_code,
    m.numerator::DECIMAL(18, 4) as numerator,
    m.denominator::DECIMAL(18, 4) as denominator,
    m.input
from measured as m
-- Late cases without a register of letters have no rate.
where m.measure_code <> 'apology_rate'
    or m.numerator > 0
    or exists (
        select 1
        from kept as k
        where k.register = 'apology' and k.calendar = m.calendar and k.period_kind = m.period_kind
            and k.period = m.period and k.unit_code = m.unit_code
    )
qualify m.place = min(m.place) over (partition by m.calendar, m.period_kind, m.period, m.unit_code, m.measure_code)
