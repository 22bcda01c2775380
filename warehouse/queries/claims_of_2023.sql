-- Was the practitioner of December 2023 right, by what measure, and what rests on judgement?
select
    claim_id,
    claim,
    verdict,
    holds_by_assumption,
    value_then,
    value_latest,
    unit,
    evidence,
from marts.fct_seed_claim
order by claim_id;
