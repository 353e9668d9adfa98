import { IceError, type CodeSandbox } from "@ice/core";
import { codeGate, isCodeEnabled } from "@ice/core/internal";
import type { ClosableCodeSandbox, CodeSandboxOptions } from "@ice/sandbox";

/** The sandbox, loaded when code first runs, so that a process without `code` nodes does not load it. */
export class LazyCodeSandbox implements CodeSandbox {
  readonly #options: CodeSandboxOptions;
  readonly #enabled: boolean;
  readonly #gate: string | undefined;
  #sandbox: Promise<ClosableCodeSandbox> | undefined;

  /** @param env - with `ICE_ENABLE_WASM`: code is enabled when it is unset, `1` or `true`. */
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

  /** Further calls have no effect. */
  async close(): Promise<void> {
    const sandbox = await this.#sandbox?.catch(() => undefined); // the caller that opened it got the error
    await sandbox?.close();
  }
}
