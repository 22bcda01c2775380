// Ask a published file again and again, as read_on.py does, with DuckDB's client for Node.
//
//     node read_on.mjs DATABASE END QUESTION
//
// Looks for the package @duckdb/node-api in the working folder.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const { DuckDBInstance, version } = createRequire(`${process.cwd()}/`)("@duckdb/node-api");
const [database, end, question] = process.argv.slice(2);
const answers = new Set();
const errors = [];
let asked = 0;
while (!existsSync(end)) {
  try {
    const instance = await DuckDBInstance.create(database, { access_mode: "READ_ONLY" });
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(question);
    answers.add(JSON.stringify(reader.getRows()[0]));
    connection.closeSync();
    instance.closeSync();
  } catch (error) {
    errors.push(String(error.message ?? error).split("\n")[0]);
  }
  asked += 1;
}
const found = [...answers].sort().map((answer) => JSON.parse(answer));
console.log(
  JSON.stringify({ version: `node, duckdb ${version()}`, asked, answers: found, errors: errors.slice(0, 3) }),
);
