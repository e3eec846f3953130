-- Every distinct text of a date column, read once, in the way its submission is read (domain §6): the layout's orders, whether
-- it allows two-digit years, and the date system of numbers. A text that is not understood as a whole is no date.
--   read_at         the moment; NULL where it cannot be read, is no real day, or lies outside 1990–2100
--   other_at        the moment with day and month the other way round, for texts that a swap can have happened to
--   form            year_first (what a date cell gives: ISO text, Excel number) | day_month (text in the layout's order); NULL
--                   where nothing can be swapped: digits of a system, a month in words, a time with its zone
--   is_month_first  for form day_month: `read_at` is the reading with the month first
--   is_blank        the text stands for an empty cell (seeds/date_blank.csv)
{% set clock = '(\\d{1,2}):(\\d{1,2})(?::(\\d{1,2})(?:\\.\\d+)?)? ?(am|pm|sa|ch|sang|chieu)?' %}
{% set zone = '(z|[+-]\\d{2}(?::?\\d{2})?)?' %}
{% set clock_words = [
    (',', ' ngay '),
    ('\\b(\\d{1,2}) ?(?:gio|[hg]) ?(\\d{1,2})(?: ?(?:phut|p)\\b| |$)', '\\1:\\2 '),
    ('\\b(\\d{1,2}) ?(?:gio\\b|[hg]\\b)', '\\1:00 '),
    ('(:\\d{1,2}) +(\\d{1,2}) ?giay\\b', '\\1:\\2 '),
] %}
{% set empty_words = [
    ('\\bthu (?:hai|ba|tu|nam|sau|bay|[2-7])\\b|\\bt[2-7]\\b|\\bchu nhat\\b|\\bcn\\b', ' '),
    ('\\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\\b', ' '),
    ('\\b(?:ngay|luc|vao|hoi)\\b', ' '),
    (' +', ' '),
] %}
{% set endings = [
    ('^(' ~ clock | replace('(\\d', '(?:\\d') | replace('(am', '(?:am') ~ ') (?:- )?(.+)$', '\\2 \\1'),
    ('^(\\d{4}-\\d{2}-\\d{2})(?:z|[+-]\\d{2}:?\\d{2})$', '\\1'),
] %}
with readings as (
    select distinct date_reading, date_orders, date_system, two_digit_years from {{ ref('stg_submission') }}
),

written as (
    {%- for column in ['received_at', 'due_at', 'completed_at', 'returned_at'] %}
    select date_reading, {{ column }} as date_text from {{ ref('stg_case_text') }} where {{ column }} is not null
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
),

-- Small letters without marks, plain digits and dashes, nothing invisible.
folded as (
    select
        date_reading,
        date_text,
        case
            when regexp_full_match(date_text, '[0-9/.: -]+') then date_text
            else lower(strip_accents(translate(
                regexp_replace(replace(date_text, '…', '...'), '[\p{Cf}''"]', '', 'g'),
                '０１２３４５６７８９／．：－–—‐‑‒−Đđ', '0123456789/.:-------dd'
            )))
        end as folded_text
    from written
),

-- 14h30 and 14 giờ 30 phút become 14:30; weekdays, ngày, lúc and commas go; a time of day goes behind its date.
plain as (
    select
        *,
        case
            when regexp_matches(folded_text, '[a-z,]')
                then trim({{ rewritten(rewritten('folded_text', clock_words), empty_words) }})
            else folded_text
        end as text_without_words,
        {{ rewritten('text_without_words', endings) }} as plain_text
    from folded
),

clocked as (
    select
        *,
        case
            when contains(plain_text, ':') then regexp_extract(
                plain_text, '^(.+?)(?: - | ?t ?| ){{ clock }} ?{{ zone }}$', ['day', 'hour', 'minute', 'second', 'half', 'zone']
            )
        end as clock
    from plain
),

split as (
    select
        *,
        clock is not null as has_clock,
        case
            when clock is null then plain_text
            else struct_extract(clock, 'day')
        end as day_text
    from clocked
),

kinds as (
    select
        s.date_reading,
        s.date_text,
        s.has_clock,
        s.day_text,
        coalesce(nullif(s.day_text, ''), s.plain_text) as blank_text,
        replace(s.folded_text, ',', '.') as digits,
        coalesce(s.clock.zone, '') as zone_text,
        coalesce(s.clock.half, '') as half,
        coalesce(try_cast(s.clock.hour as INTEGER), 0) as hour_no,
        coalesce(try_cast(s.clock.minute as INTEGER), 0) as minute_no,
        coalesce(try_cast(s.clock.second as INTEGER), 0) as second_no,
        case
            when regexp_full_match(s.folded_text, '\d{14}|\d{12}|\d{8}') then 'digits'
            when regexp_full_match(s.folded_text, '\d{5}(?:[.,]\d+)?') then 'number'
            when regexp_full_match(s.day_text, '\d{4}(?: ?[/.-] ?\d{1,2}){2}') then 'year_first'
            when regexp_full_match(s.day_text, '\d{1,2} ?[/.-] ?\d{1,2}(?: ?[/.-] ?| nam )(?:\d{4}|\d{2})') then 'day_month'
            when regexp_matches(s.day_text, '[a-z]') then 'words'
        end as kind,
        case when regexp_matches(s.day_text, '^\d') then regexp_extract_all(s.day_text, '\d+') end as n,
        case
            when regexp_matches(s.day_text, '[a-z]') then regexp_extract(
                -- March 5 2024 reads as 5 March 2024.
                regexp_replace(s.day_text, '^([a-z]+)\.? (\d{1,2}) (\d{4})$', '\2 \1 \3'),
                '^(\d{1,2})[ ./-]*([a-z][a-z0-9 .]*?)(?: ?[./-] ?| nam | )(\d{4}|\d{2})$', ['day', 'month', 'year']
            )
        end as in_words
    from split as s
),

years as (
    select
        k.*,
        coalesce(nullif(k.in_words.year, ''), k.n[3]) as year_written,
        r.date_orders,
        r.date_system,
        r.two_digit_years,
        coalesce(
            m.month_no,
            regexp_extract(replace(replace(k.in_words.month, ' ', ''), '.', ''), '^(?:thang|thg|th)(\d{1,2})$', 1)
        ) as month_text,
        case
            when length(year_written) = 4 then year_written
            when r.two_digit_years then '20' || year_written
        end as year_text,
        case
            when k.minute_no > 59 or k.second_no > 59 then null
            when k.half in ('am', 'sa', 'sang') and k.hour_no <= 12 then k.hour_no % 12
            when k.half in ('pm', 'ch', 'chieu') and k.hour_no between 1 and 11 then k.hour_no + 12
            when k.half in ('pm', 'ch', 'chieu') and k.hour_no between 12 and 23 then k.hour_no
            when k.half = '' and k.hour_no < 24 then k.hour_no
        end * 3600 + k.minute_no * 60 + k.second_no as second_of_day
    from kinds as k
    inner join readings as r on k.date_reading = r.date_reading
    left join {{ ref('month_name') }} as m on replace(replace(k.in_words.month, ' ', ''), '.', '') = m.label
),

days as (
    select
        *,
        case kind
            when 'day_month' then {{ day_of('year_text', 'n[2]', 'n[1]') }}
            when 'words' then {{ day_of('year_text', 'month_text', 'in_words.day') }}
        end as dmy,
        case when kind = 'day_month' then {{ day_of('year_text', 'n[1]', 'n[2]') }} end as mdy,
        case
            when kind = 'year_first' then {{ day_of('n[1]', 'n[2]', 'n[3]') }}
            when kind = 'day_month' and two_digit_years and length(n[1]) = 2 and length(n[3]) = 2
                then {{ day_of("'20' || n[1]", 'n[2]', 'n[3]') }}
        end as ymd,
        case when kind = 'year_first' then {{ day_of('n[1]', 'n[3]', 'n[2]') }} end as ydm,
        case
            -- Casts, not strptime with its formats: that has crashed this DuckDB beside joins (docs/decisions/0003).
            when kind = 'digits' and digits[9:10] < '24' then try_cast(
                digits[1:4] || '-' || digits[5:6] || '-' || digits[7:8]
                || case when length(digits) > 8 then ' ' || digits[9:10] || ':' || digits[11:12] else '' end
                || case when length(digits) > 12 then ':' || digits[13:14] else '' end as TIMESTAMP
            )
            when kind = 'number'
                then case date_system when 1904 then TIMESTAMP '1904-01-01' else TIMESTAMP '1899-12-30' end
                + to_seconds(round(try_cast(digits as DOUBLE) * 86400))
        end as moment
    from years
),

-- Text is read in the layout's orders, in turn; the reading of the first that gives a day stands.
ordered as (
    select
        *,
        list_filter(date_orders, o -> case o when 'dmy' then dmy when 'mdy' then mdy else ymd end is not null)[1] as read_order,
        list_filter(date_orders, o -> o in ('dmy', 'mdy'))[1] as text_order
    from days
),

moments as (
    select
        *,
        case kind
            when 'day_month' then case read_order when 'dmy' then dmy when 'mdy' then mdy when 'ymd' then ymd end
            when 'year_first' then ymd
            when 'words' then dmy
        end + to_seconds(second_of_day) as written_at,
        case
            when zone_text <> '' then null
            when kind = 'number' then {{ day_of('year(moment)', 'day(moment)', 'month(moment)') }} + (moment - moment::DATE)
            when kind = 'year_first' then ydm + to_seconds(second_of_day)
            when kind = 'day_month' and read_order = 'ymd' then null
            when kind = 'day_month' and coalesce(read_order, text_order) = 'dmy' then mdy + to_seconds(second_of_day)
            when kind = 'day_month' and coalesce(read_order, text_order) = 'mdy' then dmy + to_seconds(second_of_day)
        end as turned_at,
        case
            when zone_text in ('', 'z') then 0
            else (zone_text[1] || '1')::INTEGER
                * (zone_text[2:3]::INTEGER * 60 + coalesce(try_cast(right(zone_text[4:], 2) as INTEGER), 0))
        end as zone_minutes
    from ordered
),

zoned as (
    select
        m.*,
        case
            when m.zone_text = '' then coalesce(m.moment, m.written_at)
            else timezone(s.time_zone, timezone('UTC', m.written_at - to_minutes(m.zone_minutes)))
        end as local_at
    from moments as m
    cross join {{ source('raw', 'site') }} as s
)

select
    z.date_reading,
    z.date_text,
    {{ plausible('z.local_at') }} as read_at,
    {{ plausible('z.turned_at') }} as other_at,
    z.has_clock or coalesce(z.kind = 'digits' and length(z.digits) > 8 or z.kind = 'number' and contains(z.digits, '.'), false) as has_time,
    case
        when z.turned_at is null and z.local_at is null or z.zone_text <> '' or z.read_order = 'ymd' and z.kind = 'day_month' then null
        when z.kind in ('year_first', 'number') then 'year_first'
        when z.kind = 'day_month' then 'day_month'
    end as form,
    coalesce(z.kind = 'day_month' and coalesce(z.read_order, z.text_order) = 'mdy', false) as is_month_first,
    b.marker is not null as is_blank
from zoned as z
left join {{ ref('date_blank') }} as b on replace(z.blank_text, ' ', '') = b.marker
