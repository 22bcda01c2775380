-- On which documents does a mart rest, and on what terms may its figures be shown?
select
    lineage.table_name,
    lineage.source_id,
    lineage.raw_table,
    lineage.rows,
    source.licence,
    source.attribution,
    document.address,
    document.document_on,
from meta.lineage
inner join meta.source on lineage.source_id = source.source_id
inner join meta.document
    on lineage.sha256 = document.sha256 and lineage.raw_table = document.table_name
where lineage.table_name = 'fct_chip_shipments'
order by lineage.source_id, lineage.raw_table;
