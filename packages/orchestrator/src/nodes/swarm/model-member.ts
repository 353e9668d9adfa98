import type { JsonObject, ModelAgent } from "@ice/core";

/** What members are asked. */
export type Phase = "propose" | "vote" | "plan" | "work" | "synthesise" | "bid" | "execute";

/** The instruction for a member on a model, by phase. */
const instructions: Readonly<Record<Phase, string>> = {
  propose: "Propose a result for the task. `previous` holds the proposals of the last round with their votes.",
  vote: "Vote for the best of `proposals`: answer with the role that proposed it.",
  plan: "Plan the task: assign a part of it to each role in `workers`.",
  work: "Do the part of the task in `assignment`; `plan` is the whole.",
  synthesise: "Make one result of the `results` of the others.",
  bid: "Bid for the task: answer with a number, the higher the better you are suited.",
  execute: "You have won the bidding: do the task.",
};

/** Answers that a strategy reads are objects of a fixed shape; the others are text. */
function answerSchema(phase: Phase, roles: readonly string[]): JsonObject | undefined {
  switch (phase) {
    case "vote":
      return closed({ vote: { type: "string", enum: roles } });
    case "bid":
      return closed({ bid: { type: "number" } });
    case "plan":
      return closed({ assignments: { type: "object", additionalProperties: { type: "string" } } });
    default:
      return undefined;
  }
}

const closed = (properties: JsonObject): JsonObject => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** An agent on a model as a member of a swarm, in one phase. `roles`: of all members. */
export function modelMember(
  agent: ModelAgent,
  { role, phase, roles, overrides }: { role: string; phase: Phase; roles: readonly string[]; overrides: JsonObject },
): ModelAgent {
  const own = { ...agent, ...overrides } as ModelAgent; // validation has checked the names
  const system = [own.system, `Your role is ${role}.`, instructions[phase]]
    .filter((part) => part !== undefined)
    .join("\n\n");
  return { ...own, name: agent.name, tools: agent.tools, system, jsonSchema: answerSchema(phase, roles) };
}
