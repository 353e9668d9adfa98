import type { RunEventOf } from "@ice/core";
import { conventions, own, runAttributes } from "../conventions/names.ts";
import type { OpenRun } from "./open-run.ts";
import type { OpenRuns } from "./open-runs.ts";
import type { OpenSpan } from "./open-span.ts";

/** A request to a model or a call of a tool. */
type Called = RunEventOf<
  `llm.${"called" | "tokenStreamed" | "completed" | "failed"}` | `tool.${"called" | "returned" | "failed"}`
>;

/** Agents: those of agent nodes, and those that are no nodes, members of swarms and agents of recursions, which get spans. */
export class Members {
  readonly #runs: OpenRuns;

  constructor(runs: OpenRuns) {
    this.#runs = runs;
  }

  /** The parent of a call: the agent that makes it, which has a span from its first call on; otherwise the node. */
  parentOf(run: OpenRun, event: Called): OpenSpan {
    const { path, nodeType, at, attempt, data } = event;
    const { agent, role } = data;
    const node = run.nearest(path);
    if (agent === undefined) return node;
    if (nodeType === "agent") {
      nameAgent(run, path, agent);
      return node;
    }
    const key = keyOf(event);
    const known = run.members.at(path).get(key);
    if (known !== undefined) return known;
    const attributes = {
      [conventions.operationName]: "invoke_agent",
      [conventions.agentName]: agent,
      [own.agentRole]: role,
      ...runAttributes(event),
      [own.nodePath]: path,
      [own.attempt]: attempt,
    };
    const span = { name: `invoke_agent ${agent}`, at, attributes };
    const member = this.#runs.open(run, node, span, () => run.members.delete(path, key, member));
    if (member !== undefined) run.members.set(path, key, member);
    return member ?? node;
  }

  /** An answer of a model that calls no tools is the last of its agent; functions do not report their end. */
  stepped(event: RunEventOf<"agent.stepCompleted">): void {
    const { path, nodeType, at, data } = event;
    const run = this.#runs.get(event);
    if (run === undefined) return;
    if (nodeType === "agent") nameAgent(run, path, data.agent);
    else if (data.tools?.length === 0) run.members.at(path).get(keyOf(event))?.end({ at, status: "completed" });
  }

  /** Ends those that did not report it, once their node has completed. */
  nodeCompleted(event: RunEventOf<"node.completed">): void {
    const members = this.#runs.get(event)?.members.at(event.path);
    for (const member of members?.values() ?? []) member.end({ at: event.at, status: "completed" });
  }
}

/** The name of the agent of a node comes with its first call or step. */
function nameAgent(run: OpenRun, path: string, agent: string): void {
  run.nodes.get(path)?.span.updateName(`invoke_agent ${agent}`).setAttribute(conventions.agentName, agent);
}

const keyOf = ({ data: { role = "" } }: Pick<Called | RunEventOf<"agent.stepCompleted">, "data">): string => role;
