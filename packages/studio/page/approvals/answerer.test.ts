import { expect, test } from "vitest";
import type { Me } from "../api/types.ts";
import { answererOf } from "./answerer.ts";

const owner: Me = { name: "owner", tenant: "default", scopes: ["respond", "act-as"], expiresAt: null };

test("who was asked answers in their own name, and so does anyone if no one in particular was asked", () => {
  expect(answererOf({ assignees: [] }, owner)).toEqual({ kind: "self" });
  expect(answererOf({ assignees: ["kim", "owner"] }, owner)).toEqual({ kind: "self" });
});

test("to answer for others takes a scope, and no one is chosen for it", () => {
  const people = ["kim", "lee"];
  expect(answererOf({ assignees: people }, owner)).toEqual({ kind: "for", people });
  expect(answererOf({ assignees: people }, { ...owner, scopes: ["respond"] })).toEqual({ kind: "none", people });
});
