import { EgressClient, FileAccess, type Json, type ServiceKey, type ToolContext, type ToolDefinition } from "@ice/core";

/** The tools of the pack have schemas of zod. */
interface ZodSchemas {
  readonly args: Parser;
  readonly output?: Parser;
}

interface Parser {
  parse(value: unknown): unknown;
}

/** Calls a tool as the engine does: arguments through its schema, its output too when it declares one. */
export async function callTool(
  tool: ToolDefinition<never, never>,
  args: Json,
  {
    signal = new AbortController().signal,
    files,
    egress,
  }: { readonly signal?: AbortSignal | undefined; readonly files?: FileAccess; readonly egress?: EgressClient } = {},
): Promise<Json> {
  const { args: schema, run, output } = tool as unknown as Pick<ToolDefinition, "run"> & ZodSchemas;
  const context: ToolContext = {
    signal,
    attempt: 1,
    runId: "run",
    tenant: "default",
    path: "node",
    idempotencyKey: "key",
    callId: "call",
    progress: () => {},
    emit: () => {},
    use<T>({ name }: ServiceKey<T>): T {
      if (name === FileAccess.name && files !== undefined) return files as T;
      if (name === EgressClient.name && egress !== undefined) return egress as T;
      throw new Error(`no tool of the pack needs the service ${name}`);
    },
  };
  const value = await run(schema.parse(args), context);
  return (output === undefined ? value : output.parse(value)) as Json;
}
