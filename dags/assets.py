"""What the DAGs make and read: the links between them, and what lineage tells of."""

from __future__ import annotations

from airflow.sdk import Asset

# Lineage knows addresses of files only; `motcua` stands in the host's place, so that they are the same
# wherever the home is (decision 16).
RECEIVED = Asset(name="motcua_received", uri="file://motcua/landing")
RAW = Asset(name="motcua_raw", uri="file://motcua/raw")
CORE = Asset(name="motcua_core", uri="file://motcua/core")
MART = Asset(name="motcua_mart", uri="file://motcua/mart")
REPORTS = Asset(name="motcua_reports", uri="file://motcua/reports")
POSTGRES = Asset(name="motcua_postgres", uri="file://motcua/postgres")
