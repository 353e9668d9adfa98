import type { WorkflowInfo } from "@ice/client";
import { expect, test } from "vitest";
import { findWorkflow, refOf } from "./find-workflow.ts";

const workflow = (name: string, version: string, source: WorkflowInfo["source"]): WorkflowInfo => ({
  name,
  version,
  source,
});
const all = [
  workflow("page", "0.0.0", "file"),
  workflow("load", "1.0.0", "registered"),
  workflow("load", "2.0.0", "registered"),
  workflow("page", "1.0.0", "registered"),
  workflow("sum", "1.0.0", "stored"),
];

test("a name is the file, else the version registered last, else what is stored", () => {
  expect(["page", "load", "sum", "gone"].map((ref) => findWorkflow(all, ref))).toEqual([
    all[0],
    all[2],
    all[4],
    undefined,
  ]);
  expect(findWorkflow(all, "load@1.0.0")).toBe(all[1]);
});

test("an older version, or one behind a file, is named with its version", () => {
  expect(all.map((one) => refOf(all, one))).toEqual(["page", "load@1.0.0", "load", "page@1.0.0", "sum"]);
});
