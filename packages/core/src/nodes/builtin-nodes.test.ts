import { expect, test } from "vitest";
import { nodeFields } from "../blueprint/node-fields.ts";
import { builtinNodes } from "./builtin-nodes.ts";

test.each(Object.entries(builtinNodes))("%s is the type of its definition", (name, { type }) => {
  expect(type).toBe(name);
});

test.each(Object.values(builtinNodes))("the rules of $type are about fields that it has", (definition) => {
  const paths = nodeFields(definition).map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(Object.keys(definition.fields)));
});
