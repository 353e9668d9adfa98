import { z } from "zod";
import { checkBlueprint, readGiven } from "../runs/analyze.ts";
import { ok } from "./answers.ts";
import { givenBlueprintSchema, requireGiven } from "./blueprints.ts";
import { defineRoute, type Route } from "./route.ts";

const validate = defineRoute({
  method: "POST",
  path: "/v1/validate",
  scope: "read",
  summary: "Validate a blueprint",
  body: givenBlueprintSchema,
  answers: {
    200: {
      description: "Its issues and, if it is valid, its graph. Issues of a `text` have line and column.",
      schema: z.looseObject({ valid: z.boolean(), issues: z.array(z.looseObject({ code: z.string() })) }),
    },
  },
  async handle({ services: { runtime, reader }, tenant, body }) {
    const read = readGiven(requireGiven(body), reader);
    if (!read.ok) return ok({ valid: false, issues: read.issues });
    const { issues, ...checked } = await checkBlueprint(read.data, { runtime, tenant });
    return ok({ ...checked, issues: issues.map(read.place) });
  },
});

/** Validation. */
export const validateRoutes: readonly Route[] = [validate];
