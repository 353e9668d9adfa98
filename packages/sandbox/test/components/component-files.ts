import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json, SandboxRequest, SandboxResult } from "@ice/core";
import { createCodeSandbox, type ClosableCodeSandbox } from "../../src/index.ts";

/** Bytes in which a word is another one of the same length. */
export const replaced = (bytes: Uint8Array, word: string, other: string): Uint8Array =>
  Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll(word, other), "latin1");

/** A folder for components that a test makes, and a sandbox that runs them. */
export class ComponentFiles {
  readonly folder = mkdtempSync(join(tmpdir(), "ice-component-"));
  #sandbox: ClosableCodeSandbox | undefined;

  /** Writes a file, and returns its path. */
  put(name: string, content: Uint8Array): string {
    writeFileSync(join(this.folder, name), content);
    return join(this.folder, name);
  }

  /** Allows these components. */
  allow(components: readonly string[]): void {
    this.#sandbox = createCodeSandbox({ components, cache: join(this.folder, "cache") });
  }

  run(component: string, input: Json, more: Partial<SandboxRequest> = {}): Promise<SandboxResult> {
    return this.#sandbox!.run({ language: "component", component, input, ...more });
  }

  async close(): Promise<void> {
    await this.#sandbox?.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** What every component is held to, by what it does: input, request, and the error. */
export const contained: [does: string, input: Json, more: Partial<SandboxRequest>, error: object][] = [
  ["loops", { loop: 1 }, { limits: { fuel: 1e6 } }, { kind: "fuel" }],
  ["outlives its time", { loop: 1 }, { limits: { wallMs: 80 } }, { kind: "timeout" }],
  ["takes all memory", { memory: 1 }, { limits: { memoryMiB: 4 } }, { kind: "memory" }],
  ["gives no JSON", { garbage: 1 }, {}, { kind: "notJson" }],
  ["is granted a tool", {}, { grants: { tools: ["echo"] } }, { kind: "denied" }],
];
