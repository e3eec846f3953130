{# Every build goes into new files, so a table is made where it stays: the adapter's own way makes it aside, renames it
   and looks for an older one to drop, which takes longer than most models. A table of an earlier run by hand is dropped. #}
{% materialization table, adapter='duckdb' %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target = this.incorporate(type='table') -%}
  {{ drop_relation_if_exists(existing) }}
  {% call statement('main') -%}
    {{ create_table_as(False, target, compiled_code) }}
  {%- endcall %}
  {{ adapter.commit() }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}
