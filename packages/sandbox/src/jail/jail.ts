import { spawn, type ChildProcess } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { IceError } from "@ice/core";
import { systemReason } from "@ice/core/internal";
import { createCgroup, type Cgroup } from "./cgroup.ts";
import { denied, type JailParts } from "./find-jail.ts";
import { bubblewrapArguments, commandInJail, descriptors, jailUser } from "./jail-arguments.ts";
import type { JailLimits } from "./jail-limits.ts";
import { JailedProcess, maxFiles, type Ending } from "./jailed-process.ts";
import type { JailRequest } from "./jail-request.ts";
import { leakedDescriptors } from "./leaked-descriptors.ts";

export interface JailExit {
  /** 128 and the signal's number when a signal ended it. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  /** The end of standard error, at most `limits.logBytes`. */
  readonly stderr: string;
}

/**
 * Runs a program once, in a separate jail.
 *
 * @throws IceError `ICE_SANDBOX_TIMEOUT`, `ICE_SANDBOX_OUTPUT`, `ICE_SANDBOX_MEMORY`, `ICE_SANDBOX_DENIED` when the jail cannot
 * be created; the signal's reason if it aborts.
 */
export async function runInJail(parts: JailParts, request: JailRequest): Promise<JailExit> {
  const { limits, signal } = request;
  signal.throwIfAborted();
  const group = request.cgroup === undefined ? undefined : await openGroup(request.cgroup, limits);
  try {
    const bubblewrap = await start(parts, request);
    const { status, ending, stdout, stderr } = await new JailedProcess(bubblewrap, parts.filter, group).follow(request);
    if (ending !== undefined) throw errorOf(ending, limits);
    if (await group?.ranOut())
      throw new IceError(
        "ICE_SANDBOX_MEMORY",
        `The program needed more than ${limits.memoryMiB} MiB in total (memoryMiB).`,
        { fix: raise("memoryMiB") },
      );
    const exitCode = exitCodeIn(status);
    if (exitCode === undefined)
      throw denied(
        `The jail could not be created: ${stderr.trim().slice(0, 500) || "bubblewrap ended without a message."}`,
        "allow bubblewrap 0.8 or newer to create user namespaces on this machine: `ice doctor` checks whether it can",
      );
    return { exitCode, stdout, stderr };
  } finally {
    await group?.remove();
  }
}

async function openGroup(parent: string, limits: JailLimits): Promise<Cgroup> {
  try {
    return await createCgroup(parent, limits);
  } catch (error) {
    throw denied(
      `No cgroup can be created in the \`cgroup\` of sandboxExec: ${systemReason(error)}`,
      "name a cgroup in which this process may create children, with the controllers memory and pids",
    );
  }
}

const raise = (limit: keyof JailLimits): string =>
  `give the program less to do, or raise \`limits.${limit}\`; the owner sets the maximum`;

function errorOf(ending: Ending, { wallMs, outputBytes }: JailLimits): unknown {
  switch (ending.why) {
    case "timeout":
      return new IceError("ICE_SANDBOX_TIMEOUT", `The program ran longer than ${wallMs} ms (wallMs).`, {
        fix: raise("wallMs"),
      });
    case "output":
      return new IceError("ICE_SANDBOX_OUTPUT", `The program wrote more than ${outputBytes} bytes (outputBytes).`, {
        fix: raise("outputBytes"),
      });
    case "files":
      return new IceError("ICE_SANDBOX_MEMORY", `The program created more than ${maxFiles} files in /tmp.`, {
        fix: "make it create fewer, larger files",
      });
    default:
      return ending.reason;
  }
}

/**
 * Starts bubblewrap with an empty environment, as `nobody` when this process is root: root's number of processes is not limited.
 * Its arguments are passed through a pipe, because the jail can read its command line.
 */
async function start(
  { bubblewrap, prlimit, rootLinks }: JailParts,
  { program, target, args, readable, limits }: JailRequest,
): Promise<ChildProcess> {
  const isRoot = process.getuid?.() === 0;
  const nothing = openSync("/dev/null", "r");
  try {
    const stdio: ("pipe" | "ignore" | number)[] = ["pipe", "pipe", "pipe", "pipe", "pipe", "pipe", "pipe"];
    for (const leaked of leakedDescriptors(stdio.length)) {
      while (stdio.length < leaked) stdio.push("ignore");
      stdio[leaked] = nothing;
    }
    const child = spawn(
      bubblewrap,
      ["--args", String(descriptors.arguments), "--", ...commandInJail({ prlimit, program, args, limits })],
      { cwd: "/", env: {}, stdio, ...(isRoot ? { uid: jailUser, gid: jailUser } : {}) },
    );
    await once(child, "spawn");
    const jailArguments = bubblewrapArguments({ program, target, readable, rootLinks, limits }).map(
      (word) => `${word}\0`,
    );
    // Streams fail when the other end closes them or is killed; the exit status shows what happened.
    for (const source of [child, ...child.stdio]) source?.on("error", () => {});
    (child.stdio[descriptors.arguments] as Writable).end(jailArguments.join(""));
    return child;
  } catch (error) {
    throw denied(`bubblewrap cannot be started: ${systemReason(error)}`, "check that this process may start it");
  } finally {
    closeSync(nothing);
  }
}

function exitCodeIn(status: string): number | undefined {
  const code = /"exit-code": (\d+)/.exec(status)?.[1];
  return code === undefined ? undefined : Number(code);
}
