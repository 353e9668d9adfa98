import { IceError, type CodeSandbox } from "@ice/core";
import type { ClosableCodeSandbox, CodeSandboxOptions } from "@ice/sandbox";

/** The sandbox, loaded when code first runs: a process without `code` nodes does not pay for it. */
export class LazyCodeSandbox implements CodeSandbox {
  readonly #options: CodeSandboxOptions;
  readonly #enabled: boolean;
  #sandbox: Promise<ClosableCodeSandbox> | undefined;

  /** @param env - `ICE_ENABLE_WASM=0` switches code off. */
  constructor(options: CodeSandboxOptions, env: Readonly<Record<string, string | undefined>>) {
    this.#options = options;
    this.#enabled = env["ICE_ENABLE_WASM"] !== "0";
  }

  run: CodeSandbox["run"] = async (request) => {
    if (!this.#enabled)
      throw new IceError("ICE_WASM_DISABLED", "Code cannot run: WebAssembly is switched off with ICE_ENABLE_WASM=0.", {
        fix: "unset ICE_ENABLE_WASM, or leave the node out",
      });
    this.#sandbox ??= import("@ice/sandbox").then(({ createCodeSandbox }) => createCodeSandbox(this.#options));
    return (await this.#sandbox).run(request);
  };

  /** Calling it twice is harmless. */
  async close(): Promise<void> {
    await (await this.#sandbox)?.close();
  }
}
