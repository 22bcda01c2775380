-- What should a reader of this release know before printing a number?
select
    severity,
    check_name,
    message,
    observed,
from meta.quality_result
where not passed
order by severity, check_name;
