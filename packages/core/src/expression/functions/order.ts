import { expressionFailed } from "../failure.ts";
import { numeric } from "../values/uint.ts";
import { typeName } from "../values/type-value.ts";

const ordered: ReadonlySet<string> = new Set([
  "number",
  "string",
  "google.protobuf.Timestamp",
  "google.protobuf.Duration",
]);

/** @throws when values of different kinds, or of kinds without an order, would have to be compared. */
export function checkOrdered(name: string, values: readonly unknown[]): void {
  const kinds = new Set(values.map((value) => (numeric(value) === undefined ? typeName(value) : "number")));
  if (kinds.size > 1 || [...kinds].some((kind) => !ordered.has(kind)))
    throw expressionFailed(
      `${name}() needs values of one kind: numbers, strings or times.`,
      "convert them first: `list.map(x, string(x))`",
    );
}
