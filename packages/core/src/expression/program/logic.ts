import type { ASTNode } from "@marcbachmann/cel-js";
import { expressionFailed, failAgain, tryUnread } from "../failure.ts";
import { kindOfValue } from "../values/type-value.ts";
import type { Compile, Frame, Names, Step } from "./frame.ts";

/** `? :`, `&&`, `||` and `!`. */
export function compileLogic(
  node: ASTNode & { readonly op: "?:" | "&&" | "||" | "!_" },
  names: Names,
  compile: Compile,
): Step {
  switch (node.op) {
    case "?:": {
      const [condition, yes, no] = node.args.map((part) => compile(part, names)) as [Step, Step, Step];
      return (frame) => (bool(condition(frame), "? :") ? yes(frame) : no(frame));
    }
    case "!_": {
      const operand = compile(node.args, names);
      return (frame) => !bool(operand(frame), "!");
    }
    default: {
      const [left, right] = node.args.map((part) => compile(part, names)) as [Step, Step];
      // The value of one side that decides the result, whatever the other is, even an error.
      const decisive = node.op === "||";
      return (frame) => decide(left, right, frame, { decisive, operator: node.op });
    }
  }
}

/** A boolean; undefined if there was an error. Evaluating it again throws the error itself. */
export function attempt(step: Step, frame: Frame, operator: string): boolean | undefined {
  const given = tryUnread(() => bool(step(frame), operator));
  if (typeof given === "boolean") return given;
  frame.meter.caught(given);
  return undefined;
}

function decide(
  left: Step,
  right: Step,
  frame: Frame,
  { decisive, operator }: { readonly decisive: boolean; readonly operator: string },
): boolean {
  const first = attempt(left, frame, operator);
  if (first === decisive) return decisive;
  const value = bool(right(frame), operator);
  if (value === decisive || first !== undefined) return value;
  return failAgain(() => bool(left(frame), operator));
}

export function bool(value: unknown, operator: string): boolean {
  if (typeof value === "boolean") return value;
  throw expressionFailed(
    `\`${operator}\` needs a bool, but got ${kindOfValue(value)}.`,
    "write a comparison: `x > 0`, `x != null`",
  );
}
