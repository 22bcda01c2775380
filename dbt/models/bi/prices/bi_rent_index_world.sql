{{ rent_index_for_people(is_world=true) }}
