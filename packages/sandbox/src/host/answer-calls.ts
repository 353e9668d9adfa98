import { IceError, messageOf, type Json, type JsonObject, type SandboxGrants } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import type { GuestAnswer, GuestCall, ExecutionFailure } from "../lane/execution.ts";
import type { AnswerCall } from "../pool/pool-worker.ts";
import type { GrantedFiles } from "./granted-files.ts";
import type { GrantedHttp } from "./granted-http.ts";
import { maxPartsOfRequest, parseGuestJson } from "./json-text.ts";
import type { YieldQueue } from "./yield-queue.ts";

/** The host calls that an execution may make. Absent ones are not granted. */
export interface HostCapabilities {
  /** Shared by all executions. */
  readonly turns: YieldQueue;
  readonly tools: SandboxGrants["tools"];
  readonly callTool: ((name: string, args: JsonObject) => Promise<Json>) | undefined;
  readonly files: GrantedFiles | undefined;
  readonly http: GrantedHttp | undefined;
}

/**
 * Answers the calls of the guest. A call that is not granted ends the execution; a granted call that fails is an exception in the
 * guest.
 */
export function answerCalls(host: HostCapabilities): AnswerCall {
  return async ({ id, name, payload }: GuestCall): Promise<GuestAnswer | ExecutionFailure> => {
    let args: Json;
    if (payload.length > maxAtOnce) await host.turns.take();
    try {
      args = parseGuestJson(payload, maxPartsOfRequest);
    } catch (error) {
      if (IceError.is(error) && error.code === "ICE_SANDBOX_OUTPUT")
        return { kind: "output", message: `A host call is too large: ${error.message}` };
      return { kind: "denied", message: `The code sent a malformed request to the host: ${messageOf(error)}` };
    }
    try {
      const value = await perform(host, name, isPlainObject(args) ? args : {});
      return { id, ok: true, value: JSON.stringify(value) ?? "null" };
    } catch (error) {
      if (IceError.is(error) && error.code === "ICE_SANDBOX_DENIED") return { kind: "denied", message: error.message };
      const code = IceError.is(error) ? error.code : "ICE_NODE_FAILED";
      return { id, ok: false, value: JSON.stringify({ message: messageOf(error).slice(0, maxMessage), code }) };
    }
  };
}

const maxMessage = 4096;
/** Maximum length of a request that is parsed without waiting for a turn; parsing a hundred of these takes a few milliseconds. */
const maxAtOnce = 2048;

function perform(host: HostCapabilities, name: string, args: JsonObject): Promise<Json> {
  switch (name) {
    case "tool":
      return callTool(host, args);
    case "files.read":
      return granted(host.files, "files").read(text(args, "path"));
    case "files.write":
      return granted(host.files, "files").write(text(args, "path"), text(args, "text"));
    case "files.list":
      return granted(host.files, "files").list(text(args, "path"));
    case "http":
      return granted(host.http, "http").fetch(args);
    default:
      throw denied("The code called a host function that does not exist.");
  }
}

function callTool({ tools = [], callTool: call }: HostCapabilities, args: JsonObject): Promise<Json> {
  const name = text(args, "name");
  if (!tools.includes(name))
    throw denied(`The tool "${name.slice(0, 64)}" is not granted. Granted: ${tools.join(", ") || "none"}.`);
  if (call === undefined) throw denied("No tools are available here.");
  const toolArgs = args["args"];
  if (!isPlainObject(toolArgs)) throw new IceError("ICE_TOOL_ARGS", `The arguments of "${name}" are not an object.`);
  return call(name, toolArgs);
}

function granted<T>(service: T | undefined, what: string): T {
  if (service === undefined) throw denied(`\`${what}\` is not granted.`);
  return service;
}

function text(args: JsonObject, key: string): string {
  const value = args[key];
  if (typeof value !== "string") throw denied(`The code sent a request without \`${key}\`.`);
  return value;
}

function denied(message: string): IceError {
  return new IceError("ICE_SANDBOX_DENIED", message, { fix: "grant it, or remove it" });
}
