{{ rents_for_people("rents.commitment = 'spot'") }}
