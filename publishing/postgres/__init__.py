"""The served build in PostgreSQL, for BI tools: load aside, swap in one transaction (docs/decisions/0013)."""
