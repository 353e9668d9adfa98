/**
 * A process of its own that appends to a run: `owner-process.ts PATH RUN COUNT`. Says `durable N` after each record, and
 * `refused CODE` when one is. Leaves without closing the store.
 */
import { openSqliteRunStore } from "../../src/journal/sqlite/open-sqlite-run-store.ts";
import { ending, newRun, outcome, silentOwner } from "./sample-run.ts";

const [, , path = "", runId = "", count = "0"] = process.argv;
const store = await openSqliteRunStore(path);
const journal = await store.create(newRun(runId), silentOwner);
for (let n = 0; n < Number(count); n += 1) {
  const end = await ending(journal.append(outcome(`n${n}`, n)));
  console.log(end === "done" ? `durable ${n}` : `refused ${end}`);
  if (end !== "done") break;
}
