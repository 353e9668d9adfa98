import type { Json, JsonObject } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** Hard limits of one execution. */
export interface SandboxLimits {
  /** Units of work: one per function entry and loop header of the running WebAssembly. */
  readonly fuel: number;
  readonly memoryMiB: number;
  /** Milliseconds that the code itself runs; waiting for granted things is not counted. */
  readonly wallMs: number;
  /** Bytes of log that are kept; further ones are counted and dropped. */
  readonly logBytes: number;
  /** Bytes of the result, and of one request to the host, as JSON. */
  readonly outputBytes: number;
  /** Requests to the host: calls of tools, file operations, HTTP requests. */
  readonly hostCalls: number;
}

/** What the code may use. Nothing by default. */
export interface SandboxGrants {
  /** Names of tools. */
  readonly tools?: readonly string[] | undefined;
  /** What the code sees as `env`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Guest path → directory of the host. Must lie below what the process owner allows. `readonly` is true by default. */
  readonly files?:
    | Readonly<Record<string, { readonly dir: string; readonly readonly?: boolean | undefined }>>
    | undefined;
  /** Hosts that may be reached. Each must be one that the process owner allows. */
  readonly http?: { readonly allow: readonly string[] } | undefined;
  /** `real`, or epoch milliseconds at which the clock stands still. Default 0. */
  readonly clock?: "real" | number | undefined;
  /** Seed of random numbers. Default 0. */
  readonly seed?: number | undefined;
}

/** One execution of untrusted code. */
export interface SandboxRequest {
  readonly language: "javascript" | "typescript" | "python" | "component";
  /** Body of a function, in JavaScript an async one; `input` is in scope. */
  readonly source?: string | undefined;
  /** Path or sha256 of a registered component. */
  readonly component?: string | undefined;
  /** Default null. */
  readonly input?: Json | undefined;
  /** A limit above the owner's counts as the owner's. */
  readonly limits?: { readonly [Key in keyof SandboxLimits]?: SandboxLimits[Key] | undefined } | undefined;
  readonly grants?: SandboxGrants | undefined;
  /** Ends the execution at once, wherever it is. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Id of the run that asks. Executions of one run wait in a queue of their own, and the queues are served in turn. Default: a
   * queue that all requests without an id share.
   */
  readonly runId?: string | undefined;
  /** Calls a granted tool. Default: `ToolExecutionService`. */
  readonly callTool?: ((name: string, args: JsonObject) => Promise<Json>) | undefined;
}

/** What is known of an execution, however it ended. */
export interface SandboxTelemetry {
  /** Start to end, queueing included. */
  readonly wallMs: number;
  /** Part of it spent waiting for granted things. */
  readonly hostWaitMs: number;
  /** Time that the code ran. */
  readonly runMs: number;
  readonly fuel: number;
  readonly peakMemoryBytes: number;
  readonly hostCalls: number;
  readonly logBytes: number;
  readonly logBytesDropped: number;
  /** False when the instance was made for this execution. */
  readonly reused: boolean;
}

/** What went wrong; each kind is one code: `ICE_SANDBOX_FUEL`, …, and `ICE_OUTPUT_NOT_JSON`. */
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

/** The end of an execution is data; only misuse of the service throws. */
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
  /** @throws IceError `ICE_WASM_DISABLED` when the process owner switched WebAssembly off. */
  run(request: SandboxRequest): Promise<SandboxResult>;
}

export const CodeSandbox: ServiceKey<CodeSandbox> = serviceKey("codeSandbox");
