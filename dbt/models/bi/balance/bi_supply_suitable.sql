{{ supply_for_people('suitable', {
    'training_large': 'training_large',
    'training_small': 'training_small',
    'inference': 'inference',
}) }}
