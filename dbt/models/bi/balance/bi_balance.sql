{{ balance_for_people('all') }}
