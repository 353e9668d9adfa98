import { IceError, type Json } from "@ice/core";
import { andThen, problemsOf, toPointer, type Keys, type SchemaResult, type TimeSlice } from "@ice/core/internal";
import type { NodeParts } from "../../plan/plan.ts";
import type { Activation } from "../activation.ts";
import type { AttemptAbort } from "../attempt-abort.ts";
import type { Attempt, Interceptor } from "./interceptor.ts";

/**
 * Evaluates the `eager` templates and expressions and checks the result: fields of a registered type against its schema, the
 * input field against `inputSchema`. Once per activation: retries and resumes use the same values.
 */
export const prepare: Interceptor = (node, next) => {
  if (node.eagerFields.length === 0 && node.inputSchema === undefined) return next;
  return (activation) => {
    const prepared = prepareFields(node, activation);
    return prepared === undefined ? next(activation) : nextAfter(prepared, activation, next);
  };
};

/** Meanwhile the attempt may have timed out, and another one started. */
async function nextAfter(prepared: Promise<void>, activation: Activation, next: Attempt): Promise<unknown> {
  const { current } = activation;
  await prepared;
  return current.aborted ? undefined : next(activation);
}

/** Evaluates and checks the fields, unless that is done. Synchronous within the time slice, otherwise a promise. */
export function prepareFields(node: NodeParts, activation: Activation): Promise<void> | undefined {
  if (activation.prepared) return undefined;
  const parses = node.eagerFields.length > 0 && node.definition.fields === "templates";
  const finish = (config: Record<string, unknown>): undefined => {
    activation.setConfig(parses ? parseConfig(node, config) : config);
  };
  const recorded = activation.run.history?.fieldsOf(activation.path);
  if (recorded !== undefined) return finish({ ...node.config, ...recorded });
  const config = evaluateFields(node, activation);
  if (!(config instanceof Promise)) return finish(config);
  const { current } = activation;
  return config.then((evaluated) => (current.aborted ? undefined : finish(evaluated)));
}

/** Synchronous within the time slice, otherwise a promise. */
function evaluateFields(
  node: NodeParts,
  activation: Activation,
): Record<string, unknown> | Promise<Record<string, unknown>> {
  const config: Record<string, unknown> = { ...node.config };
  let attempt: AttemptAbort | undefined;
  const evaluation = activation.run.bounds.evaluation(() => attempt?.aborted === true);
  const goOn = (from: number): Record<string, unknown> | Promise<Record<string, unknown>> => {
    for (let at = from; at < node.eagerFields.length; at += 1) {
      const [name, field] = node.eagerFields[at]!;
      const value = field.evaluateIn(activation, evaluation);
      if (value instanceof Promise) {
        attempt ??= activation.current;
        return value.then((later) => {
          config[name] = later;
          return goOn(at + 1);
        });
      }
      config[name] = value;
    }
    return node.inputSchema === undefined ? config : checkInput(node, config, activation.run.pace.slice);
  };
  return goOn(0);
}

function checkInput(
  node: NodeParts,
  config: Record<string, unknown>,
  slice: TimeSlice,
): Record<string, unknown> | Promise<Record<string, unknown>> {
  const field = node.definition.inputField!;
  const take = (result: SchemaResult): Record<string, unknown> => {
    if (!result.ok)
      throw invalidInput(node, `\`${field}\` does not match its inputSchema`, result.issues, placed(result.issues[0]));
    config[field] = result.value;
    return config;
  };
  const result = node.inputSchema!.validateInTurns((config[field] ?? null) as Json, slice);
  return andThen(result, take);
}

const placed = (problem: Problem | undefined): string | undefined =>
  problem && `${problem.keys.length === 0 ? "" : `${toPointer(problem.keys)} `}${problem.message}`;

function parseConfig(node: NodeParts, config: Record<string, unknown>): Record<string, unknown> {
  const schema = node.definition.config;
  const result = schema.safeParse(config);
  if (result.success) return result.data;
  const problems = problemsOf(result.error, schema, config);
  const what = "the evaluated fields do not match the node type's schema";
  throw invalidInput(node, what, problems, problems[0]?.message);
}

interface Problem {
  readonly keys: Keys;
  readonly message: string;
}

function invalidInput(node: NodeParts, what: string, problems: readonly Problem[], first?: string): IceError {
  const place = first === undefined ? "" : `: ${first}`;
  const issues = problems.map(({ keys, message }) => ({ path: keys, message }));
  return new IceError("ICE_INPUT_INVALID", `Node "${node.id}": ${what}${place}.`, {
    fix: "correct the template, or the data that it reads",
    details: { issues },
  });
}
