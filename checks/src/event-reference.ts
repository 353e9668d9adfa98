import { runEvents, type EventFields, type RunEventDefinition } from "@ice/core";

const introduction = `# Events

This page is generated from the table \`runEvents\` of \`@ice/core\`, which also types events: \`switch (event.type)\` narrows \`event.data\`.

An event is \`{ type, runId, tenant?, seq, at, path?, nodeType?, attempt?, data }\`. \`type\` is \`source.eventVerb\`. \`seq\` increases strictly within a run, also across resumes (each process begins at the next multiple of 2^32). \`at\` is the time in epoch milliseconds. \`tenant\` is absent for the tenant \`default\`. An event of a node names it with \`path\` and \`nodeType\`, and has \`attempt\` unless the node never ran; an event of a run as a whole has none of the three.

\`\`\`ts run
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";

const { runtime, close } = await initializeOrchestrator();
const unsubscribe = runtime.events.on("node.completed", ({ path, data }) => console.log(path, data.durationMs >= 0));
const workflow = new Workflow([{ id: "a", type: "tool", toolName: "echo" }], { name: "w" });
await workflow.execute({}, { onEvent: ({ type }) => console.log(type) });
unsubscribe();
await close();
\`\`\`

\`\`\`text
workflow.started
node.started
…node.completed
a true
workflow.completed
\`\`\`

A listener that throws or rejects is reported once and never stops the run or another listener. Listeners cannot affect what is recorded. \`"*"\` listens to every event. Plugins emit events under their own source and [declare](../guide/extending.md#events) their data.

A network and its workflows are different runs: events of the workflow \`etl\` of the network \`n1\` have the \`runId\` \`n1.etl\`. \`onEvent\` of a network is called with all of them. In the network's own run the workflows are the nodes: \`path\` is the id of a workflow.
`;

/** `docs/reference/events.md`: every event with its data, from the table of events. */
export function eventReference(): string {
  const events: readonly (readonly [string, RunEventDefinition])[] = Object.entries(runEvents);
  const sources = Map.groupBy(events, ([type]) => type.slice(0, type.indexOf(".")));
  return [introduction, ...[...sources].map(([source, own]) => section(source, own))].join("\n");
}

function section(source: string, events: readonly (readonly [string, RunEventDefinition])[]): string {
  const rows = events.map(
    ([type, { about, description, data, more }]) =>
      `| \`${type}\` | ${about} | ${description} | ${namesOf(data, more)} |`,
  );
  const fields = new Set(events.flatMap(([, { data }]) => fieldRows(data)));
  const table = fields.size === 0 ? "" : `\n| field | type | |\n|---|---|---|\n${[...fields].join("\n")}\n`;
  return `## ${source}\n\n| type | of a | when | data |\n|---|---|---|---|\n${rows.join("\n")}\n${table}`;
}

function namesOf(data: EventFields, more: string | undefined): string {
  const names = Object.entries(data).map(([name, { optional }]) => `\`${name}${optional ? "?" : ""}\``);
  return [...names, ...(more === undefined ? [] : [more])].join(", ");
}

function fieldRows(fields: EventFields, prefix = ""): string[] {
  return Object.entries(fields).flatMap(([name, { kind, description, optional, fields: inner }]) => {
    const path = `${prefix}${name}`;
    // Whether the data itself has a field depends on the event.
    const shown = optional && prefix !== "" ? `${path}?` : path;
    const below = inner === undefined ? [] : fieldRows(inner, kind === "object" ? `${path}.` : `${path}[].`);
    return [`| \`${shown}\` | ${kind} | ${description} |`, ...below];
  });
}
