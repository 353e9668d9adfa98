import type { ASTNode } from "@marcbachmann/cel-js";
import { expressionFailed } from "../failure.ts";
import { missingRoot } from "../missing.ts";
import { methods, namespaces, functions, type Builtin } from "../functions/builtins.ts";
import { isComprehension, isNamespaceCall } from "../syntax.ts";
import { keyOf, type MapKey } from "../values/map.ts";
import { Optional } from "../values/optional.ts";
import { kindOfValue, typeName, typeNames, TypeValue } from "../values/type-value.ts";
import { compileComprehension } from "./comprehension.ts";
import type { Compile, Frame, Names, Step } from "./frame.ts";
import { literal, negativeLiteral } from "./literal.ts";
import { compileLogic } from "./logic.ts";
import { binaryOperators, negate } from "./operators.ts";
import { compileHas, compileSelection } from "./selection.ts";

/** What an expression does, and the names it reads in the order of their first use. */
export interface Program {
  readonly run: (frame: Frame) => unknown;
  readonly roots: readonly string[];
}

/** Turns a checked syntax tree into functions that call each other, once. Nothing of the source is evaluated as code. */
export function compileProgram(ast: ASTNode): Program {
  const roots: string[] = [];
  const run = compileStep(ast, { roots, bound: new Map() });
  return { run, roots };
}

const compileStep: Compile = (node, names) => {
  switch (node.op) {
    case "value": {
      const value = literal(node);
      return () => value;
    }
    case "id":
      return compileName(node.args, names);
    case ".":
    case ".?":
    case "[]":
    case "[?]":
      return compileSelection(node, names, compileStep);
    case "call":
      return compileCall(node.args[0], node.args[1], names);
    case "rcall":
      return compileMethod(node, names);
    case "list": {
      const items = node.args.map((item) => compileStep(item, names));
      return (frame) => items.map((item) => item(frame));
    }
    case "map":
      return compileMap(node.args, names);
    case "?:":
    case "&&":
    case "||":
    case "!_":
      return compileLogic(node, names, compileStep);
    case "-_": {
      const value = negativeLiteral(node.args);
      if (value !== undefined) return () => value;
      const operand = compileStep(node.args, names);
      return (frame) => negate(operand(frame));
    }
    default: {
      const [left, right] = node.args.map((operand) => compileStep(operand, names)) as [Step, Step];
      const apply = binaryOperators[node.op];
      return (frame) => apply(left(frame), right(frame), frame.meter);
    }
  }
};

function compileName(name: string, { roots, bound }: Names): Step {
  const local = bound.get(name);
  if (local !== undefined) return ({ locals }) => locals[local];
  if (typeNames.has(name)) {
    const type = new TypeValue(name);
    return () => type;
  }
  const known = roots.indexOf(name);
  const index = known < 0 ? roots.push(name) - 1 : known;
  return (frame) => {
    const value = (frame.roots[index] ??= frame.scope.get(name));
    if (value === undefined) throw missingRoot(name);
    return value;
  };
}

function compileCall(name: string, args: readonly ASTNode[], names: Names): Step {
  if (name === "has") return compileHas(args[0]!, names, compileStep);
  return call(functions.get(name)!, args, names);
}

function compileMethod(node: ASTNode & { readonly op: "rcall" }, names: Names): Step {
  const [name, receiver, args] = node.args;
  if (isComprehension(node)) return compileComprehension(node, names, compileStep);
  if (isNamespaceCall(node)) return call(namespaces.get(`${receiver.args as string}.${name}`)!, args, names);
  if (name === "or" || name === "orValue") return compileAlternative(node, names);
  return call(methods.get(name)!, [receiver, ...args], names);
}

/** Cost of calling a function and of creating an entry of a map, in addition to the data processed, in characters. */
const callWork = 192;
const entryWork = 256;

function call({ call: apply }: Builtin, args: readonly ASTNode[], names: Names): Step {
  const steps = args.map((arg) => compileStep(arg, names));
  return (frame) => {
    const given = steps.map((step) => step(frame));
    frame.meter.work(callWork);
    return apply(given, frame.meter);
  };
}

/** `or` and `orValue` evaluate their argument only when it is needed. */
function compileAlternative(node: ASTNode & { readonly op: "rcall" }, names: Names): Step {
  const [name, receiver, [other]] = node.args;
  const optional = compileStep(receiver, names);
  const alternative = compileStep(other!, names);
  return (frame) => {
    const value = optional(frame);
    if (!(value instanceof Optional)) throw notOptional(name, value);
    if (value.value !== undefined) return name === "or" ? value : value.value;
    const given = alternative(frame);
    if (name === "or" && !(given instanceof Optional)) throw notOptional(name, given);
    return given;
  };
}

function notOptional(name: string, value: unknown): Error {
  return expressionFailed(
    `${name}() is a function of optional values, but got a value of type ${typeName(value)}.`,
    "mark the part that can be absent: `a.?b.orValue(0)`, `a[?0].orValue(0)`",
  );
}

function compileMap(entries: readonly (readonly [ASTNode, ASTNode])[], names: Names): Step {
  const steps = entries.map(([key, value]) => [compileStep(key, names), compileStep(value, names)] as const);
  return (frame) => {
    const map = new Map<MapKey, unknown>();
    frame.meter.work(steps.length * entryWork);
    for (const [keyStep, valueStep] of steps) {
      const given = keyStep(frame);
      const key = keyOf(given);
      if (key === undefined)
        throw expressionFailed(
          `A key of a map is ${kindOfValue(given)}.`,
          "keys are strings, whole numbers or booleans: convert with string(x)",
        );
      if (map.has(key))
        throw expressionFailed(`A map has the key ${String(key).slice(0, 40)} twice.`, "write each key once");
      map.set(key, valueStep(frame));
    }
    return map;
  };
}
