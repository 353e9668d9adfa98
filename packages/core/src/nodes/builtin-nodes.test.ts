import { expect, test } from "vitest";
import { builtinNodes } from "./builtin-nodes.ts";

test.each(Object.entries(builtinNodes))("%s is the type of its definition", (name, { type }) => {
  expect(type).toBe(name);
});
