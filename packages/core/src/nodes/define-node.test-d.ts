import { z } from "zod";
import { defineNode } from "./define-node.ts";

const config = z.object({ cases: z.array(z.object({ when: z.string() })), limit: z.string() });

// Rules are about the fields of the type, or about what is inside them.
defineNode({
  type: "a",
  config,
  inputField: "limit",
  fields: { limit: { syntax: "template" }, "cases[].when": { syntax: "expression", result: "boolean" } },
});
// @ts-expect-error there is no field `case`
defineNode({ type: "a", config, fields: { "case[].when": { syntax: "expression" } } });
// @ts-expect-error there is no field `input`
defineNode({ type: "a", config, inputField: "input" });
