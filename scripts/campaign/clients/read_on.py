"""Ask a published file again and again, as a client does, until a file that says "end" appears.

    python read_on.py DATABASE END QUESTION

Needs nothing but some version of the package `duckdb`. Prints JSON: `version`, `asked` (how often),
`answers` (distinct answers, each the release's id and a digest of rows) and `errors`.
"""

import json
import sys
from pathlib import Path

import duckdb

database, end, question = sys.argv[1:]
asked, answers, errors = 0, set(), []
while not Path(end).exists():
    try:
        with duckdb.connect(database, read_only=True) as connection:
            answers.add(connection.execute(question).fetchall()[0])
    except duckdb.Error as error:
        errors.append(str(error).splitlines()[0])
    asked += 1
told = {"version": f"duckdb {duckdb.__version__}", "asked": asked}
print(json.dumps(told | {"answers": sorted(answers), "errors": errors[:3]}))
