{{ balance_for_people('merchant') }}
