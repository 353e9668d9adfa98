import { errorCodes, IceError } from "@ice/core";
import { expect, test } from "vitest";
import { routes } from "../routes/routes.ts";
import { failureLine, problemOf } from "./problem.ts";
import { privateCodes, statusOfCode } from "./status-of-code.ts";

test("a listed code has its status, message, fix and data", () => {
  const error = new IceError("ICE_REQUEST_CLOSED", "It is answered.", {
    fix: "look",
    details: { first: { by: "kim" }, secret: "x", issues: [{ path: "/a", message: "b" }] },
  });
  expect(problemOf(error, "7")).toEqual({
    problem: {
      type: "urn:ice:error:ICE_REQUEST_CLOSED",
      title: errorCodes.ICE_REQUEST_CLOSED,
      status: 409,
      code: "ICE_REQUEST_CLOSED",
      detail: "It is answered.",
      fix: "look",
      first: { by: "kim" },
      issues: [{ path: "/a", message: "b" }],
      instance: "urn:ice:request:7",
    },
    headers: {},
    isFailure: false,
  });
});

test.each([
  new Error("/home/kim/x"),
  new IceError("ICE_STORE_CORRUPT", "/home/kim/x"),
  "text",
  null,
  new IceError("toString", "x"),
])("anything else is a failure with the id alone: %s", (error) => {
  const { problem, isFailure } = problemOf(error, "7");
  expect([problem.status, problem.code, isFailure]).toEqual([500, "ICE_INTERNAL", true]);
  expect(JSON.stringify(problem)).not.toContain("kim");
});

test.each([...privateCodes])("the message of %s stays on the server", (code) => {
  const { problem } = problemOf(new IceError(code, "process 7 on host /home/kim", { fix: "ask kim" }), "7");
  expect(problem.detail).toBe(errorCodes[code]);
});

test("codes say when and how to try again", () => {
  const headersOf = (code: keyof typeof statusOfCode, more = {}) =>
    problemOf(new IceError(code, "x", more), "7").headers;
  expect(headersOf("ICE_AUTH_REQUIRED")).toEqual({ "www-authenticate": "Bearer" });
  expect(headersOf("ICE_RATE_LIMITED", { retryAfterMs: 1200 })).toEqual({ "retry-after": "2" });
  expect(headersOf("ICE_SERVER_DRAINING")).toEqual({ "retry-after": "5" });
  expect(headersOf("ICE_METHOD_NOT_ALLOWED", { details: { allow: "GET" } })).toEqual({ allow: "GET" });
});

test("the problems of every route have a status", () => {
  for (const { problems = [] } of routes) for (const code of problems) expect(statusOfCode[code]).toBeGreaterThan(399);
});

test("the line of the log is one line", () => {
  expect(failureLine(new Error("a\n    at b"), "7")).toBe("ice: request 7 failed: a");
  const forged = failureLine(new Error(`a\r\u001b[2K\u2028${"x".repeat(9000)}`), "7");
  expect(forged).toMatch(/^ice: request 7 failed: a\\u000d\\u001b\[2K\\u2028x+…$/);
  expect(forged.length).toBeLessThan(2100);
});
