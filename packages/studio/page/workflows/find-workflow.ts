import type { WorkflowInfo } from "@ice/client";

/** What `name` or `name@version` means: a file that is being edited before a registered workflow before a stored one. */
export function findWorkflow(all: readonly WorkflowInfo[], ref: string): WorkflowInfo | undefined {
  const of = (source: WorkflowInfo["source"]): WorkflowInfo[] => all.filter((one) => one.source === source);
  const registered = of("registered");
  return (
    of("file").find(({ name }) => name === ref) ??
    registered.find(({ name, version }) => `${name}@${version}` === ref) ??
    // Of several versions the name alone is the one that was registered last.
    registered.findLast(({ name }) => name === ref) ??
    of("stored").find(({ name }) => name === ref)
  );
}

/** How a workflow of the list is named: by its name alone where that is enough. */
export const refOf = (all: readonly WorkflowInfo[], workflow: WorkflowInfo): string =>
  findWorkflow(all, workflow.name) === workflow ? workflow.name : `${workflow.name}@${workflow.version}`;
