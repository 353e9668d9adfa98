import { expressionFailed } from "../failure.ts";
import { isMap, mapSize } from "../values/map.ts";
import { Optional } from "../values/optional.ts";
import { numeric } from "../values/uint.ts";
import { wrongType } from "./arguments.ts";
import type { Builtins } from "./builtin.ts";

/** `or` and `orValue` are compiled separately, because they evaluate their argument only when it is needed. */
export const optionalMethods: Builtins = {
  hasValue: { arity: [1], type: "bool", call: ([optional]) => take("hasValue", optional).value !== undefined },
  value: {
    arity: [1],
    call([optional]) {
      const { value } = take("value", optional);
      if (value !== undefined) return value;
      throw expressionFailed("An optional value is absent.", "give it a default: `x.orValue(0)`");
    },
  },
};

export const optionalFunctions: Builtins = {
  "optional.of": { arity: [1], call: ([value]) => Optional.of(value) },
  "optional.none": { arity: [0], call: () => Optional.none },
  "optional.ofNonZeroValue": { arity: [1], call: ([value]) => (isZero(value) ? Optional.none : Optional.of(value)) },
};

function take(name: string, value: unknown): Optional {
  if (value instanceof Optional) return value;
  throw wrongType(name, "an optional value", value);
}

function isZero(value: unknown): boolean {
  const number = numeric(value);
  // oxlint-disable-next-line eqeqeq -- 0 and 0n
  if (number !== undefined) return number == 0;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  return value === null || value === false || value === "" || (isMap(value) && mapSize(value) === 0);
}
