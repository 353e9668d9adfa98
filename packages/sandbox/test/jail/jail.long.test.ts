import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ToolContext } from "@ice/core";
import { findJail } from "../../src/jail/find-jail.ts";
import { sandboxExecTool, sandboxTiers, type SandboxExecOptions } from "../../src/index.ts";
import { canary, memoryInUse, prototypes, Trap } from "../escape/oracle.ts";
import { readJailAttacks } from "./jail-attack.ts";

const jail = (await sandboxTiers()).find(({ tier }) => tier === "jail")!;
const trap = await Trap.lay();
afterAll(() => trap.close());

const hasParts = await findJail().then(
  () => true,
  () => false,
);
// Where bubblewrap is installed, it has to work: tests are not left out in silence. ICE_TEST_JAIL=0 says that it cannot.
test("bubblewrap is installed and can create a jail", ({ skip }) => {
  skip(!hasParts, "bubblewrap or prlimit is not installed");
  skip(process.env["ICE_TEST_JAIL"] === "0", "ICE_TEST_JAIL=0 says that no jail can be made here");
  expect(jail).toEqual({ tier: "jail", runs: "native programs", available: true });
});

const context = (signal = new AbortController().signal) => ({ signal, runId: "run" }) as ToolContext;
const shell = (options: Partial<SandboxExecOptions> = {}) =>
  sandboxExecTool({ programs: ["/bin/sh", "/usr/bin/perl"], ...options });
interface Args {
  readonly program: string;
  readonly args: string[];
  readonly stdin: string;
  readonly encoding: "utf8" | "base64";
  readonly okExitCodes: number[];
  readonly limits: Readonly<Record<string, number>>;
}
/** The error of a failed call. */
interface Failure {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}
const call = (args: Partial<Args> & Pick<Args, "program">): Args => ({
  args: [],
  stdin: "",
  encoding: "utf8",
  okExitCodes: [0],
  limits: {},
  ...args,
});
const sh = (text: string, more: Partial<Args> = {}): Args => call({ program: "sh", args: ["-c", text], ...more });
/** What went wrong, or undefined. */
const errorOf = async (work: unknown): Promise<Failure | undefined> =>
  Promise.resolve(work).then(
    () => undefined,
    (error: Failure) => error,
  );

/** What the kernel says of a process; nothing when it is gone. */
function linesOf(pid: string, name: "cmdline" | "stack" | "status" | "wchan"): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

/** Processes of jails: those with a number in a second namespace of processes, dead ones that wait to be collected left out. */
function jailed(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const status = linesOf(pid, "status");
      return /^NSpid:\t\d+\t\d+/m.test(status) && !/^State:\tZ/m.test(status);
    });
}

async function gone(processes: () => string[]): Promise<string[]> {
  for (let tries = 0; tries < 500 && processes().length > 0; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return processes();
}

test("a program that the owner did not allow is denied, wherever it is", async () => {
  expect(await errorOf(shell().run(call({ program: "bash" }), context()))).toMatchObject({
    code: "ICE_SANDBOX_DENIED",
    message: 'The program "bash" is not allowed here.',
    fix: expect.stringContaining("sh, perl"),
  });
  const byPath = await errorOf(shell().run(call({ program: "/bin/sh" }), context()));
  expect(byPath).toMatchObject({ code: "ICE_SANDBOX_DENIED" });
});

test("owners list programs by absolute path, each name once", () => {
  expect(() => shell({ programs: ["sh"] })).toThrow("not an absolute path");
  expect(() => shell({ programs: ["/bin/sh", "/usr/bin/sh"] })).toThrow('Two programs are named "sh"');
});

test.each<[string, Partial<SandboxExecOptions>]>([
  ["limits.wallMs", { limits: { wallMs: Infinity } }],
  ["limits.wallMs", { limits: { wallMs: 2 ** 31 } }],
  ["limits.logBytes", { limits: { logBytes: 0 } }],
  ["limits.memoryMiB", { limits: { memoryMiB: 0.5 } }],
  ["limits", { limits: { wallMS: 5 } as never }],
  ["readable./data", { readable: { "/data": "data" } }],
  ["readable.data", { readable: { data: "/data" } }],
  ["cgroup", { cgroup: "group" }],
  ["atOnce", { atOnce: 0 }],
])("an owner setting out of bounds is reported: %s", (option, options) => {
  expect(() => shell(options)).toThrow(
    expect.objectContaining({ code: "ICE_PLUGIN_INVALID", message: expect.stringContaining(`\`${option}\``) }),
  );
});

test("without a jail, every call is refused with a fix", async ({ skip }) => {
  skip(jail.available, "there is a jail here");
  expect(await errorOf(shell().run(sh("true"), context()))).toMatchObject({
    code: "ICE_SANDBOX_DENIED",
    fix: expect.stringMatching(/\w/),
  });
});

test("invalid base64 and too much input are invalid arguments", () => {
  const { args } = shell();
  const given = (stdin: string, encoding: string): boolean =>
    args.safeParse({ program: "sh", stdin, encoding }).success;
  expect([given("AP/+Cg==", "base64"), given("not base64 !!!", "base64"), given("AP/+C", "base64")]).toEqual([
    true,
    false,
    false,
  ]);
  expect([given("x".repeat(2 ** 24), "utf8"), given("x".repeat(2 ** 24 + 1), "utf8")]).toEqual([true, false]);
});

describe("in the jail", () => {
  const before = {} as { limits: string; control: unknown; files: string; memory: number; prototypes: string };
  const control = () => shell().run(sh("cat; id -u; ls /tmp | wc -l", { stdin: "in\n" }), context());
  const ownLimits = (): string => readFileSync("/proc/self/limits", "utf8");
  const outside = process.env["ICE_CANARY"];
  let others: readonly string[] = [];
  const ours = (): string[] => jailed().filter((pid) => !others.includes(pid));
  beforeEach(({ skip }) => skip(!jail.available, `there is no jail here: ${jail.fix}`));
  beforeAll(async () => {
    process.env["ICE_CANARY"] = canary;
    if (!jail.available) return;
    others = jailed();
    before.control = await control();
    before.limits = ownLimits();
    before.files = trap.files();
    before.memory = memoryInUse();
    before.prototypes = prototypes();
  });
  afterAll(() => {
    if (outside === undefined) delete process.env["ICE_CANARY"];
    else process.env["ICE_CANARY"] = outside;
  });

  test("a program gets its input and arguments unchanged; its output and exit code are returned", async () => {
    const run = (args: Args) => shell().run(args, context());
    expect(
      await run(call({ program: "sh", args: ["-c", 'cat; echo "$1"', "_", "a b; $(id) '\""], stdin: "in " })),
    ).toEqual({
      exitCode: 0,
      stdout: "in a b; $(id) '\"\n",
      stderr: "",
    });
    expect(await run(sh("echo out; echo err >&2; exit 3", { okExitCodes: [0, 3] }))).toEqual({
      exitCode: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  test("an unexpected exit code is a failure with the last output of the program", async () => {
    expect(await errorOf(shell().run(sh("echo not today >&2; exit 7"), context()))).toMatchObject({
      code: "ICE_SANDBOX_GUEST",
      message: "sh ended with exit code 7: not today",
      details: { exitCode: 7, stderr: "not today\n" },
    });
    expect(await errorOf(shell().run(sh("kill -SEGV $$"), context()))).toMatchObject({
      message: "sh ended with exit code 139 (signal 11).",
    });
    expect(await errorOf(shell().run(sh("exit 255"), context()))).toMatchObject({
      message: "sh ended with exit code 255.",
    });
  });

  test("binary data is passed as base64", async () => {
    const bytes = Buffer.from([0, 255, 254, 10]);
    const args = sh("cat", { stdin: bytes.toString("base64"), encoding: "base64" });
    expect(await shell().run(args, context())).toMatchObject({ stdout: bytes.toString("base64") });
  });

  test("directories that the owner exposes are read-only", async () => {
    // Not in /tmp: who owns a directory there may keep it from others.
    const directory = mkdtempSync(join(tmpdir(), "ice-shown-"));
    writeFileSync(join(directory, "a.txt"), "shown");
    spawnSync("chmod", ["755", directory]);
    try {
      const tool = shell({ readable: { "/data": directory } });
      expect(await tool.run(sh("cat /data/a.txt"), context())).toMatchObject({ stdout: "shown" });
      expect(await errorOf(tool.run(sh("echo x > /data/a.txt"), context()))).toMatchObject({
        code: "ICE_SANDBOX_GUEST",
      });
      expect(readFileSync(join(directory, "a.txt"), "utf8")).toBe("shown");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test("if a directory cannot be exposed, no jail is created", async () => {
    const error = await errorOf(shell({ readable: { "/data": "/no/such/place" } }).run(sh("true"), context()));
    expect(error).toMatchObject({ code: "ICE_SANDBOX_DENIED", message: expect.stringContaining("/no/such/place") });
  });

  test("a missing program is denied; one outside the usual directories is exposed alone", async () => {
    const directory = mkdtempSync(join(tmpdir(), "ice-program-"));
    spawnSync("chmod", ["755", directory]);
    const program = join(directory, "hello");
    writeFileSync(program, "#!/bin/sh\necho hello; ls -a $(dirname $0) | tr '\\n' ' '", { mode: 0o755 });
    writeFileSync(join(directory, "secret.txt"), canary);
    try {
      const tool = shell({ programs: [program, join(directory, "none")] });
      expect(await tool.run(call({ program: "hello" }), context())).toMatchObject({ stdout: "hello\n. .. hello " });
      expect(await errorOf(tool.run(call({ program: "none" }), context()))).toMatchObject({
        code: "ICE_SANDBOX_DENIED",
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test("a program that cannot start in the jail is the owner's error; one that merely reports so is not", async () => {
    const directory = mkdtempSync(join(tmpdir(), "ice-program-"));
    spawnSync("chmod", ["755", directory]);
    const program = join(directory, "orphan");
    writeFileSync(program, "#!/no/such/interpreter\n", { mode: 0o755 });
    try {
      const tool = shell({ programs: [program, "/bin/sh"] });
      expect(await errorOf(tool.run(call({ program: "orphan" }), context()))).toMatchObject({
        code: "ICE_SANDBOX_DENIED",
        fix: expect.stringContaining("interpreter"),
      });
      const own = await errorOf(tool.run(sh("echo no such thing >&2; exit 127"), context()));
      expect(own).toMatchObject({ code: "ICE_SANDBOX_GUEST" });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test("a call may lower limits, but not raise them", async () => {
    const tool = shell({ limits: { wallMs: 300, outputBytes: 100 } });
    const late = await errorOf(tool.run(sh("sleep 20", { limits: { wallMs: 60_000 } }), context()));
    expect(late).toMatchObject({
      code: "ICE_SANDBOX_TIMEOUT",
      message: expect.stringContaining("300 ms"),
      fix: expect.stringContaining("limits.wallMs"),
    });
    const long = await errorOf(tool.run(sh("head -c 20 /dev/zero", { limits: { outputBytes: 10 } }), context()));
    expect(long).toMatchObject({ code: "ICE_SANDBOX_OUTPUT", message: expect.stringContaining("10 bytes") });
  });

  test.each([0, 1, 5, 20, 100])("a call that is cancelled after %i ms leaves no process", async (ms) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), ms);
    expect(await errorOf(shell().run(sh("sleep 20"), context(controller.signal)))).toBe(reason);
    expect(await gone(ours)).toEqual([]);
  });

  test("calls wait for their turn, and can be cancelled while they wait", async () => {
    const tool = shell({ atOnce: 1 });
    const order: string[] = [];
    const first = Promise.resolve(tool.run(sh("sleep 0.2"), context())).then(() => order.push("first"));
    const controller = new AbortController();
    const waiting = errorOf(tool.run(sh("true"), context(controller.signal)));
    const last = Promise.resolve(tool.run(sh("true"), context())).then(() => order.push("last"));
    controller.abort(new Error("not any more"));
    expect(await waiting).toMatchObject({ message: "not any more" });
    await Promise.all([first, last]);
    expect(order).toEqual(["first", "last"]);
  });

  test("descriptors that this process leaves open for its children do not reach the jail", () => {
    const script = fileURLToPath(new URL("./list-descriptors.ts", import.meta.url));
    const { stdout } = spawnSync(process.execPath, ["--conditions=@ice/source", script], {
      // Node keeps descriptors to itself up to the first gap above 15; those beyond are inherited by all that it starts.
      stdio: Array.from({ length: 71 }, (_, fd) => (fd === 1 || fd === 60 || fd === 70 ? "pipe" : "ignore")),
      encoding: "utf8",
    });
    expect(JSON.parse(stdout)).toEqual({ inherited: [60, 70], inJail: { 60: "/dev/null", 70: "/dev/null" } });
  });

  let hosts = 0;
  /** What is left of a program whose host was killed. Half a bubblewrap that waits for its other half is not: it runs nothing. */
  const dyingHost = async (how: string, ms: string): Promise<string[]> => {
    const script = fileURLToPath(new URL("./die-with-program.ts", import.meta.url));
    hosts += 1;
    const mark = `10${process.pid}.${hosts}`;
    const args = ["--conditions=@ice/source", script, how, ms, mark];
    const { signal } = spawnSync(process.execPath, args, { stdio: "inherit" });
    expect(signal).toBe("SIGKILL");
    const left = (): string[] =>
      ours().filter((pid) => linesOf(pid, "cmdline").includes(mark) && !/^Name:\tbwrap$/m.test(linesOf(pid, "status")));
    const pids = await gone(left);
    return pids.flatMap((pid) => (["cmdline", "status", "wchan", "stack"] as const).map((name) => linesOf(pid, name)));
  };
  test("when the host is killed, the program dies with it", async () => {
    expect(await dyingHost("busy", "300")).toEqual([]);
  });
  test.each(["deaf 0", "deaf 5", "deaf 50", "busy 1", "busy 3", "busy 5", "busy 8", "busy 12", "busy 20"])(
    "a host that is killed while it creates a jail leaves no program behind: %s ms",
    async (how) => {
      const [kind = "", ms = ""] = how.split(" ");
      expect(await dyingHost(kind, ms)).toEqual([]);
    },
  );

  const groups = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"].filter((parent) => {
    const controllers = join(parent, "cgroup.subtree_control");
    const isSecond = existsSync(controllers) && /memory.*pids/.test(readFileSync(controllers, "utf8"));
    return (isSecond || existsSync(join(parent, "memory.limit_in_bytes"))) && process.getuid!() === 0;
  });
  test("with a cgroup, memory is bounded for all processes together", async ({ skip }) => {
    skip(groups.length === 0, "there is no memory cgroup that this user may divide");
    const parent = join(groups[0]!, `ice-test-${process.pid}`);
    mkdirSync(parent);
    try {
      const eat = "perl -e 'my $x = qq(a) x (60 << 20); sleep 3; print 1' &";
      const hungry = sh(`${eat} ${eat} ${eat} ${eat} wait`, { limits: { memoryMiB: 128 } });
      expect(await shell().run(hungry, context())).toMatchObject({ stdout: "1111" });
      expect(await errorOf(shell({ cgroup: parent }).run(hungry, context()))).toMatchObject({
        code: "ICE_SANDBOX_MEMORY",
      });
      expect(readdirSync(parent).filter((name) => name.startsWith("ice-"))).toEqual([]);
    } finally {
      rmdirSync(parent);
    }
  });

  test("if a cgroup is required but not available, no jail is created", async () => {
    const ordinary = mkdtempSync(join(tmpdir(), "ice-no-group-"));
    try {
      for (const cgroup of ["/no/such/group", ordinary]) {
        const error = await errorOf(shell({ cgroup }).run(sh("true"), context()));
        expect(error).toMatchObject({ code: "ICE_SANDBOX_DENIED", message: expect.stringContaining("`cgroup`") });
        expect(error!.message).not.toContain(cgroup);
      }
      expect(readdirSync(ordinary)).toEqual([]);
    } finally {
      rmSync(ordinary, { recursive: true });
    }
  });

  const { OUTSIDE, PORT } = trap.surroundings;
  const attacks = readJailAttacks({ OUTSIDE, PORT, PID: String(process.pid) });
  const possible = attacks.filter(({ program }) => program === "sh" || existsSync("/usr/bin/perl"));

  test("there are attacks of every kind", () => {
    const kinds = new Set(attacks.map(({ name }) => name.split("-")[0]));
    expect(attacks.length).toBeGreaterThanOrEqual(80);
    expect([...kinds].toSorted()).toEqual([
      "env",
      "files",
      "flood",
      "forge",
      "kernel",
      "leak",
      "memory",
      "net",
      "process",
      "write",
    ]);
  });

  /** How it ended, in the words of attacks, and all that it said. */
  async function ending(work: Promise<{ stdout: string; stderr: string }>): Promise<readonly [string, string]> {
    try {
      const { stdout, stderr } = await work;
      return [`ok ${stdout.trim().replaceAll("\n", " ")}`, stdout + stderr];
    } catch (error) {
      const { code, message, details } = error as Failure;
      const said = `${message} ${JSON.stringify(details)}`;
      const exitCode = String(details["exitCode"]);
      return [code === "ICE_SANDBOX_GUEST" ? `exit ${exitCode}` : code.replace("ICE_SANDBOX_", "").toLowerCase(), said];
    }
  }

  test.each(possible.map((attack) => [attack.name, attack.title, attack] as const))(
    "%s: %s",
    async (_name, _title, { expected, program, source, limits }) => {
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const args = [program === "sh" ? "-c" : "-e", source];
      const started = performance.now();
      const running = Promise.resolve(shell().run(call({ program, args, limits }), context()));
      const [end, said] = await ending(running);
      const elapsed = performance.now() - started;
      delay.disable();
      expect(expected, `1: ${said}`).toContain(end);
      expect(said, "1: nothing got out").not.toContain("ESCAPED");
      expect(elapsed, "2: ms until it ended").toBeLessThan(12_000);
      expect(delay.percentile(50) / 1e6, "2: ms by which the host is late").toBeLessThan(50);
      // Buffers of a closed pipe are freed some time after a collection.
      const stays = (): number => (memoryInUse() - before.memory) / 2 ** 20;
      await expect.poll(stays, { message: "3: MiB that stay behind", timeout: 5000 }).toBeLessThan(64);
      expect(await control(), "4: the control run").toEqual(before.control);
      expect([prototypes(), ownLimits()], "5: the host").toEqual([before.prototypes, before.limits]);
      expect(said.includes(canary) || trap.requests > 0, "6: secrets and requests").toBe(false);
      expect(trap.files(), "7: files").toBe(before.files);
      expect(await gone(ours), "processes that stay behind").toEqual([]);
    },
  );

  test("many attacks at once: each is contained, a control run is unchanged", async () => {
    const wanted = possible.filter(({ name }) => /^(flood|memory|process-fork|process-deaf)/.test(name));
    const ends = await Promise.all(
      wanted.map(async ({ program, source, limits, expected }) => {
        const args = [program === "sh" ? "-c" : "-e", source];
        const tool = shell({ atOnce: 50 });
        const [end] = await ending(Promise.resolve(tool.run(call({ program, args, limits }), context())));
        return expected.includes(end) || end === "timeout" ? "contained" : `${source} ended with ${end}`;
      }),
    );
    expect(new Set(ends)).toEqual(new Set(["contained"]));
    expect(await control()).toEqual(before.control);
    expect(await gone(ours)).toEqual([]);
  });
});
