{{ supply_for_people('powered', {'training': 'training_large', 'inference': 'inference'}) }}
