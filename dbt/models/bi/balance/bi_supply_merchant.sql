{{ supply_for_people('merchant', {
    'training_large': 'training_large',
    'training_small': 'training_small',
    'inference': 'inference',
}) }}
