"""A page for every thing that the warehouse knows by name: chips, countries, rules, sites, owners.

Each kind is a module with its queries, asked once for all its pages; `names.py` holds how things
are called and linked to, `drawing.py` the small drawings that hundreds of pages carry.
"""
