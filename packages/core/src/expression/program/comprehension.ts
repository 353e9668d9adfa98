import type { ASTNode } from "@marcbachmann/cel-js";
import { expressionFailed, failAgain } from "../failure.ts";
import type { Meter } from "../meter.ts";
import { partsOf } from "../syntax.ts";
import { isMap, mapKeys } from "../values/map.ts";
import { kindOfValue } from "../values/type-value.ts";
import type { Compile, Frame, Names, Step } from "./frame.ts";
import { attempt, bool } from "./logic.ts";

/** Iterates over elements; `body` is called after each of them has been assigned to its variable. */
type Walk = (frame: Frame, visit: () => boolean) => void;

/** `map`, `filter`, `all`, `exists` and `exists_one`: over the elements of a list, or the keys of a map. */
export function compileComprehension(node: ASTNode & { readonly op: "rcall" }, names: Names, compile: Compile): Step {
  const [name, receiver, [variable, ...bodies]] = node.args;
  const local = names.bound.size;
  const inner = { ...names, bound: new Map(names.bound).set(variable!.args as string, local) };
  const steps = bodies.map((body) => compile(body, inner));
  const range = compile(receiver, names);
  const parts = bodies.reduce((total, body) => total + partsOf(body), 0);
  const walk: Walk = (frame, visit) => {
    const { locals, meter } = frame;
    const outer = locals[local];
    for (const element of elementsOf(range(frame), meter)) {
      locals[local] = element;
      meter.next(parts);
      if (!visit()) break;
    }
    locals[local] = outer;
  };
  const [first, second] = steps as [Step, Step | undefined];
  switch (name) {
    case "map":
      return second === undefined ? map(walk, first) : mapWhere(walk, first, second);
    case "filter":
      return (frame) => {
        const kept: unknown[] = [];
        walk(frame, () => {
          const element = frame.locals[local];
          if (bool(first(frame), name)) kept.push(element);
          return true;
        });
        return kept;
      };
    case "exists_one":
      return (frame) => {
        let found = 0;
        walk(frame, () => {
          if (bool(first(frame), name)) found += 1;
          return true;
        });
        return found === 1;
      };
    default:
      return quantify(walk, first, name, local);
  }
}

function map(walk: Walk, transform: Step): Step {
  return (frame) => {
    const made: unknown[] = [];
    walk(frame, () => made.push(transform(frame)) > 0);
    return made;
  };
}

function mapWhere(walk: Walk, condition: Step, transform: Step): Step {
  return (frame) => {
    const made: unknown[] = [];
    walk(frame, () => {
      if (bool(condition(frame), "map")) made.push(transform(frame));
      return true;
    });
    return made;
  };
}

/** `exists` and `all` end at the element that decides; an error counts only when none does. */
function quantify(walk: Walk, predicate: Step, name: string, local: number): Step {
  const decisive = name === "exists";
  return (frame) => {
    let result = !decisive;
    let failed: { readonly element: unknown } | undefined;
    walk(frame, () => {
      const given = attempt(predicate, frame, name);
      if (given === undefined) failed ??= { element: frame.locals[local] };
      else if (given === decisive) result = given;
      return given !== decisive;
    });
    if (failed === undefined || result === decisive) return result;
    const { element } = failed;
    return failAgain(() => {
      frame.locals[local] = element;
      return bool(predicate(frame), name);
    });
  };
}

function elementsOf(range: unknown, meter: Meter): readonly unknown[] {
  if (Array.isArray(range)) return range;
  if (isMap(range)) {
    const keys = mapKeys(range);
    meter.entries(keys.length);
    return keys;
  }
  throw expressionFailed(`Cannot iterate over ${kindOfValue(range)}.`, "use a list, or a map to iterate over its keys");
}
