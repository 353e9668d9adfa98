import { z } from "zod";
import { defineOpenRoute, type Route } from "./route.ts";

const create = defineOpenRoute({
  method: "POST",
  path: "/v1/session",
  summary: "Exchange the secret in the link of the page for a session",
  body: z.strictObject({ once: z.string().min(1).max(200) }).meta({ id: "CreateSession" }),
  bodyLimit: "smallBodyBytes",
  answers: {
    201: {
      description: "A token with every scope of the tenant `default`, valid for twelve hours.",
      schema: z.looseObject({ token: z.string(), expiresAt: z.number() }),
    },
  },
  problems: ["ICE_AUTH_INVALID", "ICE_RATE_LIMITED"],
  handle: ({ services: { sessions, authentication }, body: { once }, env }) => ({
    status: 201,
    json: authentication.countingWrong(env.address ?? "", () => sessions.exchange(once)),
  }),
});

/** Sessions of the page. */
export const sessionRoutes: readonly Route[] = [create];
