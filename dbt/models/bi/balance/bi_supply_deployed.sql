{{ supply_for_people('deployed', {'training': 'training_large', 'inference': 'inference'}) }}
