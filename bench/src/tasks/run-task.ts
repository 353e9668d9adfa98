import { tasks, type TaskName } from "./task.ts";

// A process that runs one measurement, reports it to its parent process, and ends.
const [name, parameters] = process.argv.slice(2) as [TaskName, string];
const measure = (await tasks[name]()) as (parameters: unknown) => Promise<unknown>;
const result = await measure(JSON.parse(parameters));
process.send!(result, () => process.exit());
