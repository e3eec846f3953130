"""Who still has to send before a month can be signed."""

import duckdb
import pytest

from warehouse.closing import missing_units

pytestmark = pytest.mark.unit


def test_a_unit_that_never_sent_anything_is_missing_too() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema core;
            create table core.fct_expected_source as from (values
                ('2024-01', 'SENT'), ('2024-01', 'NOT_THIS_MONTH'), ('2024-01', 'NEVER'), ('2024-02', 'LATER')
            ) as e (period, unit_code);
            create table core.fct_unit_report as from (values
                ('2024-01', 'SENT', true), ('2024-01', 'NOT_THIS_MONTH', false), ('2024-01', 'NOT_ASKED', false)
            ) as r (period, unit_code, is_reported);
            create table core.dim_unit as
            select unit_code, 'Phường ' || unit_code as unit_name, true as is_latest
            from core.fct_expected_source;
            """
        )
        assert missing_units(connection, "2024-01") == [
            {"unit_code": "NEVER", "unit_name": "Phường NEVER"},
            {"unit_code": "NOT_THIS_MONTH", "unit_name": "Phường NOT_THIS_MONTH"},
        ]
