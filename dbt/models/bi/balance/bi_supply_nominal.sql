{{ supply_for_people('nominal', {'training': 'training_large', 'inference': 'inference'}) }}
