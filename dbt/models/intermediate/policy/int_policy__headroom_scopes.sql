-- Which conditions a distance is measured to. From inside (`inside`) those of the item that is
-- shown; from outside (`outside`) those of every item with a licence row at the licence profile.
-- Scopes with the same rows are one, whatever the rule set and the interval.
with rules_in_force as (
    select * from {{ ref('int_policy__rules_in_force') }}
),

licence_answers as (
    select * from {{ ref('int_policy__licence_answers') }}
),

licence_profiles as (
    select * from {{ ref('int_policy__licence_profiles') }}
),

measured_rows as (
    select
        rule_set_id,
        valid_from,
        control_item,
        rule_row_id,
    from rules_in_force
    where role in ('clause', 'headroom')
),

scope_rows as (
    select
        rule_set_id,
        valid_from,
        'inside' as scope_kind,
        control_item as scope_key,
        rule_row_id,
    from measured_rows
    union all
    select
        measured_rows.rule_set_id,
        measured_rows.valid_from,
        'outside' as scope_kind,
        licence_profiles.licence_profile_id as scope_key,
        measured_rows.rule_row_id,
    from measured_rows
    inner join licence_answers using (rule_set_id, valid_from, control_item)
    inner join licence_profiles
        using (rule_set_id, valid_from, destination_class_id, buyer_headquarters)
    where
        licence_profiles.licence_profile_id
        = concat(licence_answers.destination_class_id, '/', licence_answers.buyer_headquarters)
)

select
    rule_set_id,
    valid_from,
    scope_kind,
    scope_key,
    concat(scope_kind, ':', md5(string_agg(rule_row_id, ';' order by rule_row_id)))
        as headroom_scope_id,
    string_agg(rule_row_id, ';' order by rule_row_id) as rule_row_ids,
from scope_rows
group by rule_set_id, valid_from, scope_kind, scope_key
