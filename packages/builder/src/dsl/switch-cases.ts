import { IceError, type ChildNode } from "@ice/core";
import { scopeRefs, type Expr, type Refs } from "./ref.ts";
import { toCel } from "./templates.ts";

/** A case of a switch: its condition, and a callback that builds its nodes. */
export type SwitchCase<Visible, Path> = readonly [when: (scope: Refs<Visible>) => Expr<unknown>, path: Path];

/**
 * The cases of a switch as a list, in the order in which they are written.
 *
 * @throws IceError `ICE_BLUEPRINT_SCHEMA` for a name such as `1`: JavaScript moves these before all others.
 */
export function switchCases<Visible, Path>(
  cases: Readonly<Record<string, SwitchCase<Visible, Path>>>,
  build: (path: Path) => readonly ChildNode[],
): readonly object[] {
  return Object.entries(cases).map(([name, [when, path]]) => {
    if (String(Number(name) >>> 0) === name) throw reordered(name);
    return { name, when: toCel(when(scopeRefs())), path: build(path) };
  });
}

function reordered(name: string): IceError {
  return new IceError(
    "ICE_BLUEPRINT_SCHEMA",
    `The case "${name}" would not stand where it was written: JavaScript moves names that are whole numbers to the front.`,
    { fix: `choose another name, as in "case_${name}"` },
  );
}
