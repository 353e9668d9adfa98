import type { Json, JsonObject, NodeStep } from "../api/types.ts";

/** A part of a conversation of an agent. */
export type Turn =
  | { readonly kind: "answer"; readonly key: string; readonly text: string; readonly note: string }
  | {
      readonly kind: "call";
      readonly key: string;
      readonly tool: string;
      readonly args: Json;
      readonly result?: Json;
      readonly isError: boolean;
    };

/** What one member of a swarm has said, with the steps on its way there. */
interface Utterance {
  readonly role: string;
  readonly output: Json;
  readonly turns: readonly Turn[];
}

export interface SwarmPhase {
  readonly round: number;
  readonly phase: string;
  readonly utterances: readonly Utterance[];
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The steps of an agent: each answer of its model, followed by the calls that it asks for with their results. */
export function turnsOf(steps: readonly NodeStep[], prefix = ""): Turn[] {
  const byKey = new Map(steps.map(({ key, value }) => [key, value]));
  const turns: Turn[] = [];
  for (let step = 1; ; step += 1) {
    const key = `${prefix}m${step}`;
    const answer = byKey.get(key);
    if (!isObject(answer)) return turns;
    const text = typeof answer["text"] === "string" ? answer["text"] : "";
    turns.push({ kind: "answer", key, text, note: noteOf(answer) });
    const calls = Array.isArray(answer["toolCalls"]) ? answer["toolCalls"] : [];
    for (const [index, call] of calls.entries()) {
      const own = `${prefix}t${step}.${index}`;
      turns.push(callOf(own, isObject(call) ? call : {}, byKey.get(own)));
    }
  }
}

/** `demo/writer · 350 tokens in, 40 out`. */
function noteOf({ model, usage }: JsonObject): string {
  const { inputTokens = 0, outputTokens = 0 } = isObject(usage) ? usage : {};
  return `${String(model ?? "")} · ${String(inputTokens)} tokens in, ${String(outputTokens)} out`;
}

function callOf(key: string, { name, arguments: written }: JsonObject, value: Json | undefined): Turn {
  const tool = String(name ?? "").replaceAll("__", ".");
  const result = isObject(value) ? (value["error"] ?? value["result"]) : undefined;
  const isError = isObject(value) && value["error"] !== undefined;
  return { kind: "call", key, tool, args: parsed(written), isError, ...(result !== undefined && { result }) };
}

function parsed(text: Json | undefined): Json {
  try {
    return JSON.parse(String(text)) as Json;
  } catch {
    return String(text ?? "");
  }
}

/** The rounds of a swarm, of whose members the steps say `r1.propose.sales`, and `r1.propose.sales/m1` what they did for it. */
export function phasesOf(steps: readonly NodeStep[]): SwarmPhase[] {
  const phases = new Map<
    string,
    { readonly round: number; readonly phase: string; readonly utterances: Utterance[] }
  >();
  for (const { key, value } of steps) {
    const [, round, phase, role] = /^r(\d+)\.(\w+)\.([^/]+)$/.exec(key) ?? [];
    if (round === undefined || phase === undefined || role === undefined) continue;
    const name = `${round}.${phase}`;
    const found = phases.get(name) ?? { round: Number(round), phase, utterances: [] };
    found.utterances.push({ role: decodeURIComponent(role), output: value, turns: turnsOf(steps, `${key}/`) });
    phases.set(name, found);
  }
  return [...phases.values()];
}
