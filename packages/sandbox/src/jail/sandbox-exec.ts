import { access, constants, realpath } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { definePlugin, defineTool, IceError } from "@ice/core";
import { systemReason } from "@ice/core/internal";
import { z } from "zod";
import { effectiveLimits } from "../pool/limits.ts";
import { denied, findJail, type JailParts } from "./find-jail.ts";
import { defaultJailLimits, type JailLimits } from "./jail-limits.ts";
import type { JailRequest } from "./jail-request.ts";
import { runInJail, type JailExit } from "./jail.ts";
import { Slots } from "./slots.ts";

/** Options of `sandboxExec`: allowed programs, and what they can access. */
export interface SandboxExecOptions {
  /** Absolute paths of the allowed programs; workflows refer to them by their last part. */
  readonly programs: readonly string[];
  /** Guest path → directory of the host that every program may read. Default none. */
  readonly readable?: Readonly<Record<string, string>> | undefined;
  /** Maximum limits of a call. Default: 256 MiB, 16 processes, 16 MiB of scratch space, 10 s, 1 MiB of output. */
  readonly limits?: Partial<JailLimits> | undefined;
  /**
   * Directory of a cgroup below which one is created for each program, so that the memory of all its processes is limited
   * together. Default: none; each process has its own limit.
   */
  readonly cgroup?: string | undefined;
  /** Maximum number of concurrent programs; others wait. Default: one per core. */
  readonly atOnce?: number | undefined;
}

/** Maximum number of waiting calls of one run; ten times as many of all runs. */
const maxWaiting = 1000;
const maxArgumentBytes = 131_072;
const maxInputCharacters = 16 * 2 ** 20;
/** Exit codes of `exec` and prlimit if the program does not exist or may not be executed. */
const cannotRun = [126, 127];

const sizes = z.strictObject({
  memoryMiB: z.int().min(1).optional().describe("Memory of each process, in MiB. Default: the owner's, 256."),
  processes: z.int().min(1).optional().describe("Maximum number of processes and threads. Default: the owner's, 16."),
  scratchMiB: z.int().min(1).optional().describe("Size of /tmp, in MiB. Default: the owner's, 16."),
  wallMs: z.int().min(1).optional().describe("Wall-clock time, in milliseconds. Default: the owner's, 10,000."),
  outputBytes: z
    .int()
    .min(0)
    .optional()
    .describe("Maximum size of standard output, in bytes. Default: the owner's, 1 MiB."),
  logBytes: z
    .int()
    .min(1)
    .optional()
    .describe("Size of the end of standard error that is returned, in bytes. Default: the owner's, 65,536."),
});

const absolute = z.string().regex(/^\/[^\0]*$/, "must be an absolute path");
/** Checks the options of the owner. A timer of more than 31 bits would fire at once. */
const ownerOptions = z.object({
  readable: z.record(absolute, absolute).optional(),
  limits: sizes.extend({ wallMs: z.int().min(1).max(2_147_483_647).optional() }).optional(),
  cgroup: absolute.optional(),
  atOnce: z.int().min(1).optional(),
});

const execArgs = z
  .strictObject({
    program: z.string().min(1).describe("Name of an allowed program."),
    args: z
      .array(z.string().regex(/^[^\0]*$/, "an argument cannot contain NUL"))
      .max(1000)
      .default([])
      .describe("Arguments, passed unchanged: no shell interprets them."),
    stdin: z.string().max(maxInputCharacters).default("").describe("Content of standard input."),
    encoding: z.enum(["utf8", "base64"]).default("utf8").describe("Encoding of `stdin` and `stdout`."),
    okExitCodes: z.array(z.int().min(0).max(255)).default([0]).describe("Exit codes that count as success."),
    limits: sizes.default({}).describe("Limits lower than the owner's; a higher one is reduced to the owner's."),
  })
  .refine(({ stdin, encoding }) => encoding !== "base64" || isBase64(stdin), {
    path: ["stdin"],
    error: "is not base64",
  });

const execOutput = z.object({
  exitCode: z.int().describe("One of `okExitCodes`."),
  stdout: z.string().describe("Standard output, in the `encoding`."),
  stderr: z.string().describe("The end of standard error."),
});

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

/**
 * The tool `sandbox_exec`: runs an allowed program in a separate jail. Linux only; calls fail elsewhere.
 *
 * @throws IceError `ICE_PLUGIN_INVALID` for options out of bounds, paths that are not absolute, and duplicate names.
 */
export function sandboxExecTool(options: SandboxExecOptions) {
  checkOptions(options);
  const { programs, readable = {}, limits = {}, cgroup, atOnce } = options;
  const allowed = new Map<string, string>();
  for (const path of programs) {
    if (!isAbsolute(path)) throw invalid(`The program "${path}" is not an absolute path.`, nameOnce);
    if (allowed.has(basename(path))) throw invalid(`Two programs are named "${basename(path)}".`, nameOnce);
    allowed.set(basename(path), path);
  }
  const owner = { ...defaultJailLimits, ...limits };
  const slots = new Slots({ slots: atOnce ?? availableParallelism(), maxWaiting });
  let parts: JailParts | undefined;

  return defineTool({
    name: "sandbox_exec",
    description: `Runs a program without network access and with no files except its own: ${[...allowed.keys()].join(", ")}.`,
    args: execArgs,
    output: execOutput,
    sideEffects: "none",
    async run({ program, args, stdin, encoding, okExitCodes, limits: asked }, { runId, signal }) {
      const path = allowed.get(program);
      if (path === undefined)
        throw denied(
          `The program "${program.slice(0, 200)}" is not allowed here.`,
          `use one of ${[...allowed.keys()].join(", ")}, or have the owner add it to the programs of sandboxExec`,
        );
      if (args.reduce((sum, arg) => sum + Buffer.byteLength(arg) + 1, 0) > maxArgumentBytes)
        throw denied(`The arguments are longer than ${maxArgumentBytes} bytes.`, "pass them as `stdin`");
      if (slots.isFullFor(runId))
        throw denied(`More than ${maxWaiting} programs of this run are waiting.`, "start fewer at once");
      await slots.take(runId, signal);
      try {
        parts ??= await findJail();
        const exit = await runInJail(parts, {
          ...(await installedAt(path)),
          args,
          stdin: Buffer.from(stdin, encoding),
          readable,
          limits: effectiveLimits(owner, asked),
          cgroup,
          signal,
        });
        return resultOf(program, exit, encoding, okExitCodes);
      } finally {
        slots.release();
      }
    },
  });
}

/** Registers the tool `sandbox_exec` for the programs that the owner allows. */
export const sandboxExec = definePlugin<SandboxExecOptions>({
  name: "@ice/sandbox/exec",
  apiVersion: 1,
  setup(host, options) {
    if (options.programs.length > 0) host.registerTool(sandboxExecTool(options));
  },
});

function resultOf(program: string, { exitCode, stdout, stderr }: JailExit, encoding: BufferEncoding, ok: number[]) {
  if (ok.includes(exitCode)) return { exitCode, stdout: stdout.toString(encoding), stderr };
  const lastWords = stderr.trim().slice(-500);
  if (cannotRun.includes(exitCode) && lastWords.startsWith("jail: "))
    throw denied(
      `The program "${program}" cannot be run in the jail: ${lastWords}`,
      "make its file, interpreter and libraries readable and executable for other users, in the folders where programs are installed",
    );
  throw new IceError(
    "ICE_SANDBOX_GUEST",
    `${program} ended with exit code ${exitCode}${signalIn(exitCode)}${lastWords === "" ? "." : `: ${lastWords}`}`,
    {
      fix: "correct its arguments or input; add the code to `okExitCodes` if it is not a failure",
      details: { exitCode, stderr: stderr.slice(-4096) },
    },
  );
}

/** Signals are numbered 1 to 64; programs end with 255 by themselves. */
const signalIn = (exitCode: number): string => (exitCode > 128 && exitCode <= 192 ? ` (signal ${exitCode - 128})` : "");

/** The path with links in its folder resolved: `/bin/ls` is `/usr/bin/ls` on most machines, and only that is shown to the jail. */
async function installedAt(path: string): Promise<Pick<JailRequest, "program" | "target">> {
  try {
    await access(path, constants.X_OK);
    return { program: join(await realpath(dirname(path)), basename(path)), target: await realpath(path) };
  } catch (error) {
    throw denied(
      `The program "${basename(path)}" cannot be run: ${systemReason(error)}`,
      "install it, or correct its path",
    );
  }
}

const nameOnce = 'name each program once, by its whole path: "/usr/bin/jq"';
const invalid = (message: string, fix: string): IceError => new IceError("ICE_PLUGIN_INVALID", message, { fix });

function checkOptions(options: SandboxExecOptions): void {
  const [issue] = ownerOptions.safeParse(options).error?.issues ?? [];
  if (issue === undefined) return;
  // For an invalid key, the reason is nested.
  const { message } = issue.code === "invalid_key" ? (issue.issues[0] ?? issue) : issue;
  throw invalid(
    `The option \`${issue.path.join(".")}\` of sandboxExec is not valid: ${message}.`,
    "see its options in docs/reference/sandbox.md",
  );
}
