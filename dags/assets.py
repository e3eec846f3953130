"""What the DAGs make and read: the links between them, and what lineage tells of."""

from __future__ import annotations

from airflow.sdk import Asset

RECEIVED = Asset(name="motcua_received", uri="motcua://landing")
RAW = Asset(name="motcua_raw", uri="motcua://raw")
CORE = Asset(name="motcua_core", uri="motcua://core")
MART = Asset(name="motcua_mart", uri="motcua://mart")
REPORTS = Asset(name="motcua_reports", uri="motcua://reports")
POSTGRES = Asset(name="motcua_postgres", uri="motcua://postgres")
