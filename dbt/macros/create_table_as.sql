{#-
    Makes a table out of what another engine has built, where a run says so: then the model's own
    text has been carried out there, and its rows lie in a folder of Parquet files. Types, contract
    and comments are those of every build.
-#}
{% macro duckdb__create_table_as(
    temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none
) -%}
    {%- set folder = env_var('COMPUTE_BALANCE_SPARK_RESULTS', '') -%}
    {%- if folder -%}
        {%- set files = folder ~ '/' ~ this.schema ~ '__' ~ this.identifier ~ '/*.parquet' -%}
        {%- set compiled_code = "select * from read_parquet('" ~ files ~ "')" -%}
    {%- endif -%}
    {{ return(dbt.duckdb__create_table_as(
        temporary, relation, compiled_code, language, partitioned_by, sorted_by
    )) }}
{%- endmacro %}
