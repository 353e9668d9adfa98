import type { ASTNode } from "@marcbachmann/cel-js";
import { missingIndex, missingKey, missingRoot, noSuchPart, plainName } from "../missing.ts";
import { invalid } from "../syntax.ts";
import { isMap, mapValue } from "../values/map.ts";
import { Optional } from "../values/optional.ts";
import { wholeNumber } from "../values/uint.ts";
import type { Compile, Names, Step } from "./frame.ts";
import { written } from "./written.ts";

/** Names that always exist; every other one may be that of a node. */
const globals: ReadonlySet<string> = new Set(["inputs", "nodes", "run", "workflow"]);

type Selection = ASTNode & { readonly op: "." | ".?" | "[]" | "[?]" };

/** `a.b`, `a[b]`, `a.?b`, `a[?b]`. A selection from an optional value is optional. */
export function compileSelection(node: Selection, names: Names, compile: Compile): Step {
  const container = compile(node.args[0], names);
  const optional = node.op === ".?" || node.op === "[?]";
  const selectKey = keyStep(node, names, compile);
  return (frame) => {
    const from = container(frame);
    const key = selectKey(frame);
    if (from instanceof Optional)
      return from.value === undefined ? from : Optional.of(member(from.value, key, node, true));
    const value = member(from, key, node, optional);
    if (optional) return Optional.of(value);
    if (value === undefined) throw missing(from, key, node);
    return value;
  };
}

/** `has(a.b)`: whether the last selection finds a value; everything before it must exist. */
export function compileHas(node: ASTNode, names: Names, compile: Compile): Step {
  if (node.op !== "." && node.op !== ".?") throw noSelection(node);
  const container = compile(node.args[0], names);
  const key = node.args[1];
  return (frame) => {
    const from = container(frame);
    const holder = from instanceof Optional ? from.value : from;
    return holder !== undefined && member(holder, key, node, from instanceof Optional) !== undefined;
  };
}

function keyStep(node: Selection, names: Names, compile: Compile): Step {
  if (node.op === "[]" || node.op === "[?]") return compile(node.args[1], names);
  const name = node.args[1];
  return () => name;
}

/** Undefined if there is no value; `lenient`: also if none is possible. */
function member(from: unknown, key: unknown, node: Selection, lenient: boolean): unknown {
  if (Array.isArray(from)) {
    const index = wholeNumber(key);
    if (index !== undefined) return from[index] as unknown;
    if (lenient) return undefined;
    throw noSuchPart(from, written(node.args[0]), key);
  }
  if (isMap(from)) return mapValue(from, key);
  if (lenient) return undefined;
  throw noSuchPart(from, written(node.args[0]), key);
}

function missing(from: unknown, key: unknown, node: Selection): Error {
  const base = written(node.args[0]);
  if (base === "nodes" && typeof key === "string") return missingRoot(key);
  if (Array.isArray(from))
    return missingIndex(base, writtenKey(node), { size: from.length, at: wholeNumber(key) ?? 0 });
  return node.op === "." || node.op === ".?" ? missingKey(base, node.args[1]) : missingKey(base, key, writtenKey(node));
}

function writtenKey(node: Selection): string {
  return node.op === "[]" || node.op === "[?]" ? written(node.args[1]) : node.args[1];
}

function noSelection(node: ASTNode): Error {
  if (node.op === "[]" || node.op === "[?]") {
    const [base, key] = node.args;
    // Every node id is a name, so `nodes` contains nothing else.
    if (base.op === "id" && base.args === "nodes" && key.op === "value")
      return invalid(
        node,
        "`has` takes a field, not an element",
        `write the id of the node: \`has(nodes.${typeof key.args === "string" && plainName.test(key.args) ? key.args : "a"})\``,
      );
    return invalid(
      node,
      "`has` takes a field, not an element",
      `write \`${written(base)}[?${written(key)}].hasValue()\``,
    );
  }
  if (node.op === "id")
    return invalid(
      node,
      "`has` takes a field, not a name",
      globals.has(node.args) ? `name a field of it: \`has(${node.args}.x)\`` : `write \`has(nodes.${node.args})\``,
    );
  return invalid(node, "`has` takes a field", "write `has(a.b)`");
}
