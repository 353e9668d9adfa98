import type { ASTNode } from "@marcbachmann/cel-js";
import { invalid } from "../syntax.ts";
import { intRange, Uint, uintRange } from "../values/uint.ts";

/** The value of a literal. The parser's own unsigned integers and bytes are read again from the source. */
export function literal(node: ASTNode & { readonly op: "value" }): unknown {
  const value: unknown = node.args;
  if (value instanceof Uint8Array) return bytesOf(node.input.slice(node.start, node.end));
  if (typeof value === "bigint") return checkRange(node, value, intRange);
  if (typeof value === "object" && value !== null)
    return new Uint(checkRange(node, (value.valueOf as () => bigint).call(value), uintRange));
  return value;
}

/** `-9223372036854775808` is an integer, although the number without its sign is not. Undefined for anything else. */
export function negativeLiteral(operand: ASTNode): bigint | undefined {
  if (operand.op !== "value" || typeof operand.args !== "bigint") return undefined;
  return checkRange(operand, -operand.args, intRange);
}

function checkRange(node: ASTNode, value: bigint, { min, max }: { min: bigint; max: bigint }): bigint {
  if (value >= min && value <= max) return value;
  throw invalid(node, `${value} is no 64-bit integer`, `write it as a double: ${value}.0`);
}

const simpleEscapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** Bytes of a literal `b"…"`: characters as UTF-8, `\xff` and `\377` as one byte. The parser has checked the escapes. */
function bytesOf(source: string): Uint8Array {
  const [, quote, text] = /^[bB]("""|'''|"|')([\s\S]*)\1$/.exec(source)! as unknown as [string, string, string];
  void quote;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [part, hex, octal, escaped] of text.matchAll(
    /\\[xX]([\dA-Fa-f]{2})|\\([0-3][0-7]{2})|\\([\s\S])|[^\\]+/g,
  )) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (escaped !== undefined) bytes.push(simpleEscapes[escaped] ?? escaped.charCodeAt(0));
    else bytes.push(...encoder.encode(part));
  }
  return new Uint8Array(bytes);
}
