{{ rents_for_people("rents.commitment not in ('on_demand', 'spot')") }}
