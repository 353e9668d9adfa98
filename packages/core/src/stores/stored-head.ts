import { z } from "zod";
import type { JsonObject } from "../json/json.ts";
import { blobPathsOfHead } from "./blob-paths.ts";
import type { Encoded, RowEncoding, StoredRow } from "./row-encoding.ts";
import { originOf, type RunColumns } from "./run-row.ts";
import type { NewRun, StoredRun } from "../journal/stored-run.ts";
import type { ReadRow } from "./stored-record.ts";
import { defaultTenant } from "../journal/tenant.ts";

const json = z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

/** Record 0 of a run: what was started, in version 1 of heads. */
const firstHeadSchema = z.strictObject({
  kind: z.literal("created"),
  workflow: z.string(),
  version: z.string(),
  startedAt: z.number(),
  document: z.strictObject({ hash: z.string(), data: json }),
  inputs: json,
  options: json,
});
/** Version 2 adds the kind of the run, and the node of another run that started it. */
const secondHeadSchema = firstHeadSchema.extend({
  origin: z.strictObject({
    kind: z.enum(["workflow", "network"]),
    startedBy: z.strictObject({ runId: z.string(), path: z.string() }).optional(),
  }),
});
/** Version 3 adds the tenant; earlier runs are those of the default one. */
const thirdHeadSchema = secondHeadSchema.extend({ tenant: z.string() });
/** Version 4 adds who started the run and by which request, if that is known. */
export const headVersion = 4;
const headSchema = thirdHeadSchema.extend({ createdBy: z.string().optional(), requestHash: z.string().optional() });
type StoredHead = z.output<typeof headSchema>;

/** What was started. */
export type Head = Omit<NewRun, "runId" | "hosted"> & Pick<StoredRun, "tenant">;

/** Documents of at least this size are shared: they are the same for every run of a workflow. */
const headLimit = 1024;

/** @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_STORE_FULL`. */
export function encodeHead({ encode }: RowEncoding, run: NewRun, tenant: string): Encoded {
  const { workflow, version, kind, startedBy, startedAt, document, inputs, options, createdBy, requestHash } = run;
  const origin = { kind, ...(startedBy !== undefined && { startedBy }) };
  const head = {
    kind: "created",
    tenant,
    workflow,
    version,
    origin,
    startedAt,
    document,
    inputs,
    options,
    ...(createdBy !== undefined && { createdBy }),
    ...(requestHash !== undefined && { requestHash }),
  } satisfies StoredHead;
  return encode(head, blobPathsOfHead, headLimit);
}

/** What was started. A head of version 1 has no kind: its document and its row have. */
export function readHead(row: RunColumns, read: ReadRow, stored: StoredRow & { readonly seq: number }): Head {
  const blobPathsOf = (): readonly string[] => blobPathsOfHead;
  if (stored.version === 1) {
    const { kind: _, ...head } = read(stored, { schema: firstHeadSchema, version: 1, blobPathsOf });
    return {
      tenant: defaultTenant,
      ...head,
      ...originOf(row),
      kind: head.document.data["kind"] === "network" ? "network" : "workflow",
    };
  }
  const schema = stored.version === 2 ? secondHeadSchema : stored.version === 3 ? thirdHeadSchema : headSchema;
  const { kind: _, origin, ...head } = read(stored, { schema, version: headVersion, blobPathsOf });
  return {
    tenant: defaultTenant,
    ...head,
    kind: origin.kind,
    ...(origin.startedBy !== undefined && { startedBy: origin.startedBy }),
  };
}

/** Whether the row, which has no checksum, matches the head. */
export function isOf(
  row: RunColumns,
  { tenant, workflow, version, startedAt, kind, startedBy, createdBy, requestHash }: Head,
): boolean {
  const known = originOf(row);
  return (
    tenant === row.tenant &&
    workflow === row.workflow &&
    version === row.version &&
    startedAt === row.started_at &&
    (createdBy ?? null) === row.created_by &&
    (requestHash ?? null) === row.request_hash &&
    kind === (row.kind ?? kind) &&
    startedBy?.runId === known.startedBy?.runId &&
    startedBy?.path === known.startedBy?.path
  );
}
