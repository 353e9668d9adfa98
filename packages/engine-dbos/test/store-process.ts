import { openPostgresRunStore } from "../src/index.ts";
import { newRun, watchfulOwner } from "./sample.ts";

// A process of its own: opens the store at an address, starts a run, and closes the store unless it is to be left open.
const [, , url = "", runId = "", leave] = process.argv;
const store = await openPostgresRunStore(url);
await store.create(newRun(runId), watchfulOwner());
if (leave === undefined) await store.close();
process.stdout.write("ready\n");
