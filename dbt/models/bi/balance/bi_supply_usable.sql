{{ supply_for_people('usable', {
    'training_large': 'training_large',
    'training_small': 'training_small',
    'inference': 'inference',
}) }}
