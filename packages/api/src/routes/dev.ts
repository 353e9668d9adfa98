import { IceError } from "@ice/core";
import { defaultTenant, shorten } from "@ice/core/internal";
import { z } from "zod";
import type { DevFile, DevFiles } from "../options/dev-files.ts";
import { ok } from "./answers.ts";
import { integerField, secondsField } from "./query-fields.ts";
import { defineRoute, type Call, type Route } from "./route.ts";

const fileSchema = z.looseObject({ file: z.string(), name: z.string().nullable(), issues: z.array(z.looseObject({})) });

const list = defineRoute({
  method: "GET",
  path: "/v1/dev/files",
  scope: "read",
  summary: "List the files that are being edited",
  query: z.strictObject({
    after: integerField(0, 9_999_999_999, "The `revision` that the caller has seen.").optional(),
    wait: secondsField(25, "With `after`: wait for another revision so many seconds.").optional(),
  }),
  answers: {
    200: {
      description: "Only of `ice dev`. `revision` changes with the files.",
      schema: z.looseObject({ revision: z.int(), files: z.array(fileSchema) }),
    },
  },
  problems: ["ICE_ROUTE_NOT_FOUND"],
  async handle({ services, tenant, query: { after, wait = 0 }, signal }) {
    const dev = requireDev(services.dev, tenant);
    if (after === dev.revision && wait > 0)
      await untilChanged(dev, { ms: wait * 1000, signal: AbortSignal.any([signal, services.ending]) });
    return ok({ revision: dev.revision, files: dev.list() });
  },
});

const show = defineRoute({
  method: "GET",
  path: "/v1/dev/files/{file}",
  scope: "read",
  summary: "Show a file that is being edited, with its text",
  answers: { 200: { description: "Its present state, good or not.", schema: fileSchema.extend({ text: z.string() }) } },
  problems: ["ICE_ROUTE_NOT_FOUND"],
  handle({ services, tenant, params }) {
    const dev = requireDev(services.dev, tenant);
    const name = params["file"]!;
    // Only files that were named at the start of the command have an address.
    const found: DevFile | undefined = dev.list().find(({ file }) => file === name);
    if (found !== undefined) return ok({ ...found, text: dev.textOf(name) });
    throw new IceError("ICE_ROUTE_NOT_FOUND", `The server does not watch a file ${shorten(name)}.`, {
      fix: "list the files with GET /v1/dev/files",
    });
  },
});

/** The files belong to the owner of the server, so to the tenant `default`. @throws IceError `ICE_ROUTE_NOT_FOUND`. */
function requireDev(dev: DevFiles | undefined, { tenant }: Call["tenant"]): DevFiles {
  if (dev !== undefined && tenant === defaultTenant) return dev;
  throw new IceError("ICE_ROUTE_NOT_FOUND", "Only `ice dev` watches files.", { fix: "start ice dev FILE" });
}

function untilChanged(
  dev: DevFiles,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      stop();
      resolve();
    };
    const timer = setTimeout(finish, ms);
    const stop = dev.watch(finish);
    signal.addEventListener("abort", finish, { once: true });
    if (signal.aborted) finish();
  });
}

/** What only `ice dev` has. */
export const devRoutes: readonly Route[] = [list, show];
