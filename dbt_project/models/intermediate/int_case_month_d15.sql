-- Case × month of the 15th-to-14th calendar (NĐ 09/2019).
{{ case_month('d15') }}
