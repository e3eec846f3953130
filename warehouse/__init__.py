"""From decoded files to a checked warehouse file: inputs, dbt build, gates, status, explain."""
