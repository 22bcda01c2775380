{{ rent_index_for_people() }}
