-- Case × calendar month.
{{ case_month('calendar') }}
