import { IceError } from "@ice/core";
import { z } from "zod";
import { ok } from "./answers.ts";
import { defineRoute, type Route } from "./route.ts";

const files = defineRoute({
  method: "GET",
  path: "/v1/dev/files",
  scope: "read",
  summary: "List the files that are being edited",
  answers: {
    200: { description: "Only of `ice dev`.", schema: z.looseObject({ files: z.array(z.looseObject({})) }) },
  },
  problems: ["ICE_ROUTE_NOT_FOUND"],
  handle({ services: { dev } }) {
    if (dev !== undefined) return ok({ files: dev.list() });
    throw new IceError("ICE_ROUTE_NOT_FOUND", "Only `ice dev` watches files.", { fix: "start ice dev FILE" });
  },
});

/** What only `ice dev` has. */
export const devRoutes: readonly Route[] = [files];
