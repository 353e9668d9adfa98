import type { ChildProcess } from "node:child_process";
import type { PreparedCache } from "../cache/prepared-cache.ts";
import type { PoolOutcome } from "../pool/pool-outcome.ts";
import { ComponentProcess, startProcess, type ComponentRequest } from "./component-process.ts";
import { ComponentRegistry, type RegisteredComponent } from "./component-registry.ts";

/** Maximum number of idle processes, one per component. */
const maxProcesses = 8;

/** Runs registered components, each in a separate process that is reused by the next execution. */
export class ComponentRunner {
  readonly #registry: ComponentRegistry;
  readonly #shim: string;
  /** By hash, the most recently used last. */
  readonly #processes = new Map<string, ComponentProcess>();
  /** A process that starts while the component that it will run is prepared. */
  #spare: ChildProcess | undefined;
  #closed = false;

  /** @param paths - files of the components that may run. */
  constructor(paths: readonly string[], shim: string, cache: PreparedCache | undefined) {
    this.#registry = new ComponentRegistry(paths, cache, () => {
      if (!this.#closed) this.#spare ??= startProcess(shim);
    });
    this.#shim = shim;
  }

  /** @throws IceError `ICE_SANDBOX_DENIED` for a component that is not registered, or refused. */
  async run(name: string, request: ComponentRequest): Promise<PoolOutcome> {
    const component = await this.#registry.get(name).catch((error: unknown) => {
      if (this.#closed) return undefined;
      throw error;
    });
    if (component === undefined || this.#closed)
      return { ok: false, kind: "cancelled", message: "The sandbox is closed." };
    const process = this.#processes.get(component.sha256) ?? this.#newProcess(component);
    this.#processes.delete(component.sha256);
    this.#processes.set(component.sha256, process);
    for (const [sha256, other] of this.#processes) {
      if (this.#processes.size <= maxProcesses) break;
      if (other.isBusy || other === process) continue;
      other.close();
      this.#processes.delete(sha256);
    }
    return process.run(request);
  }

  #newProcess(component: RegisteredComponent): ComponentProcess {
    const spare = this.#spare;
    this.#spare = undefined;
    return new ComponentProcess(component, this.#shim, spare);
  }

  close(): void {
    this.#closed = true;
    this.#registry.close();
    this.#spare?.kill("SIGKILL");
    for (const process of this.#processes.values()) process.close();
    this.#processes.clear();
  }
}
