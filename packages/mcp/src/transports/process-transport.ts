import { spawn, type ChildProcess } from "node:child_process";
import { basename, resolve } from "node:path";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { IceError, messageOf } from "@ice/core";
import type { CommandAddress } from "../options/check-options.ts";
import type { Environment, Secrets } from "../options/mcp-options.ts";
import { tooLarge } from "../results/mcp-error.ts";
import { endWithIce } from "./end-with-ice.ts";
import { ErrorOutput } from "./error-output.ts";
import { MessageLines } from "./message-lines.ts";
import type { ReceivedBytes } from "./received-bytes.ts";

export interface ProcessTransportOptions {
  readonly server: string;
  readonly at: CommandAddress;
  readonly directory: string;
  /** The environment of ice; a server gets only the variables needed to find programs. */
  readonly env: Environment;
  readonly received: ReceivedBytes;
  readonly secrets: Secrets;
}

/** Bytes that wait for a server to read them, above which its own requests get no answer. */
const maxUnread = 1024 * 1024;

/** Time until a server gets SIGTERM and SIGKILL after its input has ended. */
const [askMs, killMs] = [100, 200];

/** Variables needed to find programs, even for `npx` and `#!/usr/bin/env node`. All others come from the owner. */
const inherited = process.platform === "win32" ? ["PATH", "PATHEXT", "SYSTEMROOT", "COMSPEC", "TEMP"] : ["PATH"];

/** A server that runs as a child process, in its own process group, which ends with it. */
export class ProcessTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #options: ProcessTransportOptions;
  readonly #lines: MessageLines;
  readonly #errorOutput: ErrorOutput;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** Why this side closed the connection. */
  failure: IceError | undefined;
  /** How the process ended, for messages. */
  ending = "";

  constructor(options: ProcessTransportOptions) {
    this.#options = options;
    this.#lines = new MessageLines(options.received, (message) => this.onmessage?.(message));
    this.#errorOutput = new ErrorOutput(options.secrets);
  }

  /** The end of what the process wrote to its standard error. */
  get errorOutput(): string {
    return this.#errorOutput.text;
  }

  start(): Promise<void> {
    const { command, args, env, cwd = "." } = this.#options.at;
    const child = spawn(command, args, {
      cwd: resolve(this.#options.directory, cwd),
      env: { ...pick(this.#options.env, inherited), ...env },
      stdio: "pipe",
      windowsHide: true,
      detached: process.platform !== "win32",
    });
    this.#child = child;
    endWithIce.add(this.#kill);
    this.#ended = new Promise((done) => {
      // `close` would wait for everything that holds the pipes, such as a process that the server has left behind.
      child.once("exit", (code, signal) => {
        this.ending = signal === null ? `with the code ${code}` : `by ${signal}`;
        this.#onEnd();
        done();
      });
      child.once("error", () => done());
    });
    child.stdout.on("data", (chunk: Buffer) => this.#receive(chunk));
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.#errorOutput.add(text));
    for (const stream of [child.stdin, child.stdout, child.stderr])
      stream.on("error", (error) => this.onerror?.(error));
    return new Promise((started, fail) => {
      child.once("spawn", started);
      child.once("error", (error) => {
        this.ending = `before it started: ${messageOf(error).replaceAll(command, basename(command))}`;
        this.#onEnd();
        fail(error);
      });
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin;
    if (this.#isClosed || stdin === null || stdin === undefined) return Promise.reject(new Error("Not connected"));
    const isAnswer = !("method" in message);
    if (!isAnswer && "id" in message) this.#options.received.onRequest();
    // Calls do not wait for a server that reads nothing, and bound what is pending. Answers to its own requests are dropped instead.
    if (!isAnswer || stdin.writableLength < maxUnread) stdin.write(`${JSON.stringify(message)}\n`);
    return Promise.resolve();
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined || this.ending !== "") return this.#onEnd();
    child.stdin?.end();
    const timers = [setTimeout(() => this.#signal("SIGTERM"), askMs), setTimeout(this.#kill, killMs)];
    await this.#ended;
    for (const timer of timers) clearTimeout(timer);
  }

  #receive(chunk: Buffer): void {
    if (this.#isClosed) return;
    if (this.#lines.add(chunk)) return;
    const { server, received } = this.#options;
    this.failure = tooLarge(server, "messages", received.perMessage);
    this.#kill();
  }

  /** Also ends the child processes of the server. */
  #onEnd(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    endWithIce.delete(this.#kill);
    this.#kill();
    this.#lines.end();
    this.#errorOutput.end();
    for (const stream of [this.#child?.stdin, this.#child?.stdout, this.#child?.stderr]) stream?.destroy();
    this.onclose?.();
  }

  readonly #kill = (): void => this.#signal("SIGKILL");

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      if (process.platform === "win32") this.#child?.kill(signal);
      else process.kill(-pid, signal);
    } catch {
      // The group has ended already.
    }
  }
}

const pick = (env: Environment, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
