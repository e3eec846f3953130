-- Decoded rows typed: texts resolved to codes, and the identity of the case (domain §2).
-- A unit named in the row prevails over the sender; one that has ended counts as its successor's (int_unit_at_month).
with resolved as (
    select
        p.* exclude (status, channel, {{ service_columns() | join(', ') }}),
        p.status as status_cell,
        p.channel as channel_cell,
        u.unit_code as named_unit_code,
        coalesce(u.unit_code, p.sender_code) as row_unit_code,
        st.status_code,
        coalesce(ch.channel, case when p.channel is null then 'direct' end) as channel
    from {{ ref('stg_case_date') }} as p
    left join {{ ref('stg_unit_value') }} as u on p.unit = u.label and p.period_no = u.period_no
    left join {{ ref('stg_status_value') }} as st on p.layout = st.layout and p.status = st.label
    left join {{ ref('stg_channel_value') }} as ch on p.layout = ch.layout and p.channel = ch.label
)

select
    r.* exclude (sector_code, sector, procedure_code, procedure, official, service_key),
    sv.* exclude (service_key),
    received_at::DATE as received_on,
    due_at::DATE as due_on,
    completed_at::DATE as completed_on,
    returned_at::DATE as returned_on,
    r.sector_code as sector_code_cell,
    r.sector as sector_cell,
    r.procedure_code as procedure_code_cell,
    r.procedure as procedure_cell,
    r.official as official_cell,
    coalesce(se.sector_code, {{ blank_member() }}) as sector_code,
    coalesce(se.is_listed, false) as sector_is_listed,
    coalesce(pr.procedure_code, {{ blank_member() }}) as procedure_code,
    coalesce(pr.is_listed, false) as procedure_is_listed,
    ov.official_key as official_name_key,
    coalesce(regexp_full_match(s.namespace, '[A-Z]\d{2}') and r.code_authority <> s.namespace, false) as is_foreign_code,
    case
        when r.code_authority is not null then s.namespace
        else coalesce(ns.case_namespace, r.row_unit_code)
    end || ':' || r.case_code as case_key
from resolved as r
cross join {{ source('raw', 'site') }} as s
left join {{ source('raw', 'unit_namespace') }} as ns on r.row_unit_code = ns.unit_code
left join {{ ref('stg_service_value') }} as sv on r.service_key = sv.service_key
left join {{ ref('stg_official_value') }} as ov on r.official = ov.label
left join {{ ref('stg_sector_value') }} as se
    on r.sector_code is not distinct from se.code_text and r.sector is not distinct from se.name_text
left join {{ ref('stg_procedure_value') }} as pr
    on r.procedure_code is not distinct from pr.code_text and r.procedure is not distinct from pr.name_text
