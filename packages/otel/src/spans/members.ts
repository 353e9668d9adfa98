import type { RunEventOf } from "@ice/core";
import { conventions, own, runAttributes } from "../conventions/names.ts";
import type { OpenRun } from "./open-run.ts";
import type { OpenRuns } from "./open-runs.ts";
import type { OpenSpan } from "./open-span.ts";

/** What a node or one of its agents does. */
type Done = RunEventOf<
  `llm.${"called" | "tokenStreamed" | "completed" | "failed"}` | `tool.${"called" | "returned" | "failed"}`
>;

/** Agents that are no nodes: members of swarms, agents of recursions. Each has a span from its first call on. */
export class Members {
  readonly #runs: OpenRuns;

  constructor(runs: OpenRuns) {
    this.#runs = runs;
  }

  /** What a call belongs to: the agent that makes it, otherwise the node. */
  parentOf(run: OpenRun, event: Done): OpenSpan {
    const { path, nodeType, at, attempt, data } = event;
    const { agent, role } = data;
    const node = run.nearest(path);
    if (agent === undefined || nodeType === "agent") return node;
    const key = keyOf(event);
    const attributes = {
      [conventions.operationName]: "invoke_agent",
      [conventions.agentName]: agent,
      [own.agentRole]: role,
      ...runAttributes(event),
      [own.nodePath]: path,
      [own.attempt]: attempt,
    };
    const known = run.members.get(key);
    if (known !== undefined) return known;
    const span = { name: `invoke_agent ${agent}`, at, attributes };
    const member = this.#runs.open(run, node, span, () => run.members.delete(key));
    if (member !== undefined) run.members.set(key, member);
    return member ?? node;
  }

  /** An answer of a model that calls no tools is the last of its agent; functions do not say when they end. */
  stepped(event: RunEventOf<"agent.stepCompleted">): void {
    if (event.data.tools?.length === 0)
      this.#runs.get(event)?.members.get(keyOf(event))?.end({ at: event.at, status: "completed" });
  }

  /** Ends those that did not say so, once their node has completed. */
  nodeCompleted(event: RunEventOf<"node.completed">): void {
    const { members } = this.#runs.get(event) ?? {};
    for (const [key, member] of members ?? [])
      if (key.startsWith(`${event.path}\n`)) member.end({ at: event.at, status: "completed" });
  }
}

const keyOf = ({
  path,
  data: { role = "" },
}: Pick<Done | RunEventOf<"agent.stepCompleted">, "path" | "data">): string => `${path}\n${role}`;
