{{ balance_for_people('all', is_world=true) }}
