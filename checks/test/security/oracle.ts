import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { errorCodes } from "@ice/core";
import { runCli } from "@ice/cli";
import { expect } from "vitest";

/** One attack, as a file that is passed to `ice run`. */
export interface Attack {
  readonly name: string;
  readonly text: string | Uint8Array;
  /** Ending of the file's name. Default `yaml`. */
  readonly format?: "yaml" | "json";
  /** The documented answer: the code that must be reported, or `harmless` if the run may complete. */
  readonly answer: string;
  /** The output if the answer is `harmless`. */
  readonly output?: unknown;
  /** Time limit of the answer, in milliseconds. Default 250, on an idle machine. */
  readonly withinMs?: number;
}

/** The effects of a finished command. */
interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const control = `schemaVersion: ice/v1
name: control
nodes:
  - { id: a, type: tool, toolName: echo, toolArgs: { n: 20 } }
  - { id: b, type: tool, toolName: echo, toolArgs: { n: "{{ a.n + 1 }}" } }
outputs: { n: "{{ b.n * 2 }}" }
`;

/** A separate folder with a secret beside it, and the seven checks after every attack. */
export class Oracle {
  readonly #folder = mkdtempSync(join(tmpdir(), "ice-attack-"));
  readonly #canary = `canary-${process.pid}-7f3a9c`;
  readonly #collect: () => void;
  readonly #heapBefore: number;
  readonly #prototypes = prototypeNames();

  constructor() {
    setFlagsFromString("--expose-gc");
    this.#collect = runInNewContext("gc") as () => void;
    writeFileSync(join(this.#folder, "secret.txt"), this.#canary);
    writeFileSync(join(this.#folder, "control.yaml"), control);
    this.#collect();
    this.#heapBefore = process.memoryUsage().heapUsed;
  }

  async judge({ text, format = "yaml", answer, output, withinMs = 250 }: Attack): Promise<"contained"> {
    const file = `attack.${format}`;
    writeFileSync(join(this.#folder, file), text);
    const names = readdirSync(this.#folder);
    const started = performance.now();
    const given = await this.#ice("run", file, "--json", "--store", "memory:");
    const elapsed = performance.now() - started;
    // 1 the documented code and exit code, never a stack trace
    expect(given.stdout + given.stderr).not.toMatch(/\n\s+at .+:\d+:\d+|ICE_INTERNAL|\[object Object\]/);
    if (answer === "harmless") {
      expect(given.exitCode, given.stdout).toBe(0);
      if (output !== undefined) expect((JSON.parse(given.stdout) as { output: unknown }).output).toEqual(output);
    } else {
      expect(Object.keys(errorCodes)).toContain(answer);
      expect(given.stdout.slice(0, 2000)).toContain(`"${answer}"`);
      expect([1, 3, 6]).toContain(given.exitCode); // failed, invalid, limit
    }
    // 2 in time
    expect(elapsed).toBeLessThan(withinMs * Number(process.env["ICE_TEST_SLOWNESS"] ?? 4));
    // 4 the process is alive, and works as before
    const after = await this.#ice("run", "control.yaml", "--json", "--store", "memory:");
    expect(JSON.parse(after.stdout)).toMatchObject({ status: "completed", output: { n: 42 } });
    // 5 no prototype has changed
    expect(prototypeNames()).toEqual(this.#prototypes);
    // 6 the secret does not appear anywhere
    expect(given.stdout + given.stderr).not.toContain(this.#canary);
    // 7 nothing was written
    expect(readdirSync(this.#folder)).toEqual(names);
    return "contained";
  }

  /** 3 at the end, memory is back at its initial level. Removes the folder. */
  close(): void {
    this.#collect();
    const grown = (process.memoryUsage().heapUsed - this.#heapBefore) / 2 ** 20;
    rmSync(this.#folder, { recursive: true });
    expect(grown).toBeLessThan(64);
  }

  async #ice(...argv: string[]): Promise<Answer> {
    const printed = { stdout: "", stderr: "" };
    const sink = (name: "stdout" | "stderr") => ({ write: (text: string) => (printed[name] += text) });
    const exitCode = await runCli(argv, {
      cwd: this.#folder,
      env: { ICE_SECRET: this.#canary },
      stdout: sink("stdout"),
      stderr: sink("stderr"),
      readStdin: async () => "",
      onInterrupt: () => () => {},
    });
    return { exitCode, ...printed };
  }
}

function prototypeNames(): string[][] {
  return [Object.prototype, Array.prototype, Function.prototype, String.prototype].map((prototype) =>
    Reflect.ownKeys(prototype).map(String).toSorted(),
  );
}
