import { IceError, type CodeSandbox } from "@ice/core";
import { codeGate, isCodeEnabled } from "@ice/core/internal";
import type { ClosableCodeSandbox, CodeSandboxOptions } from "@ice/sandbox";

/** The sandbox, loaded when code first runs: a process without `code` nodes does not pay for it. */
export class LazyCodeSandbox implements CodeSandbox {
  readonly #options: CodeSandboxOptions;
  readonly #enabled: boolean;
  readonly #gate: string | undefined;
  #sandbox: Promise<ClosableCodeSandbox> | undefined;

  /** @param env - with `ICE_ENABLE_WASM`: code is on when it is not set, `1` or `true`. */
  constructor(options: CodeSandboxOptions, env: Readonly<Record<string, string | undefined>>) {
    this.#options = options;
    this.#enabled = isCodeEnabled(env);
    this.#gate = env[codeGate];
  }

  run: CodeSandbox["run"] = async (request) => {
    if (!this.#enabled)
      throw new IceError(
        "ICE_WASM_DISABLED",
        `Code cannot run: it is switched off with ${codeGate}=${JSON.stringify(this.#gate?.slice(0, 40))}.`,
        { fix: `unset ${codeGate} or set it to 1, or remove the node` },
      );
    this.#sandbox ??= import("@ice/sandbox").then(({ createCodeSandbox }) => createCodeSandbox(this.#options));
    return (await this.#sandbox).run(request);
  };

  /** Calling it twice is harmless. */
  async close(): Promise<void> {
    const sandbox = await this.#sandbox?.catch(() => undefined); // the error has reached the caller that opened it
    await sandbox?.close();
  }
}
