import { createApi } from "@ice/api";
import { createRuntime } from "@ice/core";
import { initializeOrchestrator } from "@ice/orchestrator";

const introduction = `# HTTP API

This page is generated from the routes of \`@ice/api\`; \`GET /openapi.json\` of a server describes them for programs, with all schemas.

A request carries an access token in \`Authorization: Bearer TOKEN\`; \`ice tokens create\` makes one. The token says who the caller is, in which tenant, and by its scopes what it may do. Runs of other tenants do not exist for it. Tokens in queries are not read.

- **Bodies** are JSON objects in UTF-8 with \`Content-Type: application/json\`, at most 2 MiB (answers and cancellations: 64 KiB) and 64 levels. Unknown fields and unknown parameters are errors.
- **Errors** are \`application/problem+json\`: \`{ type, title, status, code, detail, fix?, issues?, instance }\` with a [code](errors.md). \`X-Request-Id\` is in each answer, and in the log of the server if it failed (status 500).
- **Pages**: \`limit\` is 1 to 200, by default 50. \`next\` is the \`cursor\` of the next page, with the same selection; null on the last one.
- **Starting once**: requests with the same \`Idempotency-Key\` and the same body start one run; a repeated one is answered with \`Idempotency-Replayed: true\`.
- **Changing what was seen**: \`GET\` of a run or a blueprint has an \`ETag\`. With \`If-None-Match\` it is answered 304 if nothing has changed. Replacing or deleting a blueprint takes its \`ETag\` in \`If-Match\`.
- **Events** are server-sent events. Those with an \`id\` are what the journal of the run contains, \`{ type, runId, at, path?, nodeType?, attempt?, data }\` as in [events](events.md): none is missing, none comes twice, also after a restart of the server. The stream goes on after \`Last-Event-ID\`, or else after \`?after=\`: the header \`ICE-Position\` of the document of a run is the place from which its events go on. \`event: live\` has no id, and may be missing. \`event: status\` has the status of the run, \`event: end\` is the last one; from there, the answer is 204. A suspended run ends no stream.
`;

interface Operation {
  readonly summary: string;
  readonly "x-scope": string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

/** `docs/reference/http.md`: every route, from the OpenAPI document of a server. */
export async function httpReference(): Promise<string> {
  const { runtime, close } = await initializeOrchestrator({ runtime: createRuntime() });
  const api = createApi(runtime);
  const answer = await api.fetch(new Request("http://localhost/openapi.json"));
  const { paths } = (await answer.json()) as { readonly paths: Record<string, Record<string, Operation>> };
  api.close();
  await close();
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const rows = routes.map(
    ({ path, method, operation }) =>
      `| \`${method} ${path}\` | ${scopeOf(operation)} | ${operation.summary} | ${parametersOf(operation)} |`,
  );
  const answers = routes.map(({ path, method, operation }) => `| \`${method} ${path}\` | ${answersOf(operation)} |`);
  return [
    introduction,
    "## Routes\n",
    "| route | scope | | parameters |\n|---|---|---|---|",
    ...rows,
    "\n## Answers\n\nEach route with a token also answers 400, 401, 403 and 429; each with a body 413 and 415.\n",
    "| route | |\n|---|---|",
    ...answers,
    "",
  ].join("\n");
}

const scopeOf = ({ "x-scope": scope }: Operation): string => (scope === "none" ? "no token" : scope);

const parametersOf = ({ parameters = [] }: Operation): string =>
  parameters
    .filter((parameter) => parameter.in !== "path")
    .map(({ name }) => `\`${name}\``)
    .join(", ");

/** Statuses that many routes have are described once. */
const common: ReadonlySet<string> = new Set(["401", "403", "413", "415", "429"]);

const answersOf = ({ responses }: Operation): string =>
  Object.entries(responses)
    .filter(([status, { description }]) => !common.has(status) && description !== "`ICE_REQUEST_INVALID`")
    .map(([status, { description }]) => `${status} ${description.replace(/\.$/, "")}`)
    .join("; ");
