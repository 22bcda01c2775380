{{ rents_for_people("rents.commitment = 'on_demand'") }}
