import type { Json, JsonObject } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** Hard limits of one execution. */
export interface SandboxLimits {
  /** Units of work: one per function entry and loop header of the running WebAssembly. */
  readonly fuel: number;
  readonly memoryMiB: number;
  /** Milliseconds that the code itself runs, without waiting for granted calls. */
  readonly wallMs: number;
  /** Maximum bytes of log; further ones are counted and dropped. */
  readonly logBytes: number;
  /** Bytes of the result, and of one request to the host, as JSON. */
  readonly outputBytes: number;
  /** Calls of the host: tools, file operations, HTTP requests. */
  readonly hostCalls: number;
}

/** What the code may access. Nothing by default. */
export interface SandboxGrants {
  /** Names of tools. */
  readonly tools?: readonly string[] | undefined;
  /** Environment of the code, as `env`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Guest path → directory of the host, which must be allowed by the owner of the process. `readonly` is true by default. */
  readonly files?:
    | Readonly<Record<string, { readonly dir: string; readonly readonly?: boolean | undefined }>>
    | undefined;
  /** Hosts of HTTP requests. Each must be allowed by the owner of the process. */
  readonly http?: { readonly allow: readonly string[] } | undefined;
  /** `real`, or epoch milliseconds at which the clock stands still. Default 0. */
  readonly clock?: "real" | number | undefined;
  /** Seed of random numbers. Default 0. */
  readonly seed?: number | undefined;
}

/** One execution of untrusted code. */
export interface SandboxRequest {
  readonly language: "javascript" | "typescript" | "python" | "component";
  /** Body of a function, in JavaScript of an async one, that reads `input`. */
  readonly source?: string | undefined;
  /** Path or sha256 of a registered component. */
  readonly component?: string | undefined;
  /** Default null. */
  readonly input?: Json | undefined;
  /** A limit above the owner's is reduced to it. */
  readonly limits?: { readonly [Key in keyof SandboxLimits]?: SandboxLimits[Key] | undefined } | undefined;
  readonly grants?: SandboxGrants | undefined;
  /** Ends the execution immediately when aborted. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Id of the requesting run. Executions of one run wait in their own queue, and the queues are served in turn. Default: a queue
   * shared by all requests without an id.
   */
  readonly runId?: string | undefined;
  /** Tenant of the requesting run, whose directories may be granted. Default: `default`. */
  readonly tenant?: string | undefined;
  /** Calls a granted tool. Default: `ToolExecutionService`. */
  readonly callTool?: ((name: string, args: JsonObject) => Promise<Json>) | undefined;
}

/** Usage of an execution, however it ended. */
export interface SandboxTelemetry {
  /** Milliseconds from start to end, including the time in the queue. */
  readonly wallMs: number;
  /** Milliseconds spent waiting for granted calls. */
  readonly hostWaitMs: number;
  /** Milliseconds that the code ran. */
  readonly runMs: number;
  readonly fuel: number;
  readonly peakMemoryBytes: number;
  readonly hostCalls: number;
  readonly logBytes: number;
  readonly logBytesDropped: number;
  /** False if the instance was created for this execution. */
  readonly reused: boolean;
}

/** The kind of an error; each has one code: `ICE_SANDBOX_FUEL`, …, and `ICE_OUTPUT_NOT_JSON`. */
export type SandboxErrorKind =
  | "fuel"
  | "memory"
  | "timeout"
  | "stack"
  | "output"
  | "denied"
  | "guest"
  | "notJson"
  | "cancelled";

/** A line that code wrote with `console`. */
export interface SandboxLog {
  readonly level: string;
  readonly text: string;
}

/** The result of an execution. Errors of the code are data; only misuse of the service throws. */
export type SandboxResult = {
  readonly logs: readonly SandboxLog[];
  readonly telemetry: SandboxTelemetry;
} & (
  | { readonly ok: true; readonly output: Json }
  | {
      readonly ok: false;
      readonly error: { readonly kind: SandboxErrorKind; readonly message: string; readonly fix?: string };
    }
);

/** Runs untrusted code: with hard limits, and with access only to what is granted. */
export interface CodeSandbox {
  /** Executes code. @throws IceError `ICE_WASM_DISABLED` if the owner of the process has disabled code. */
  run(request: SandboxRequest): Promise<SandboxResult>;
}

export const CodeSandbox: ServiceKey<CodeSandbox> = serviceKey("codeSandbox");
