import { IceError } from "../errors/ice-error.ts";
import type { ServiceKey } from "../registry/service-key.ts";

/** Services by key, with who provided them. */
export class ServiceTable {
  readonly #services = new Map<string, { readonly service: unknown; readonly by: string }>();

  provide<T>(key: ServiceKey<T>, service: T, by: string): void {
    const present = this.#services.get(key.name);
    if (present !== undefined)
      throw new IceError("ICE_SERVICE_DUPLICATE", `The service "${key.name}" is already provided, by ${present.by}.`, {
        fix: "remove one of the two, or use a separate runtime (createRuntime())",
      });
    this.#services.set(key.name, { service, by });
  }

  use<T>(key: ServiceKey<T>): T {
    const entry = this.#services.get(key.name);
    if (entry === undefined)
      throw new IceError("ICE_SERVICE_MISSING", `The service "${key.name}" is not registered in this runtime.`, {
        fix: "call initializeOrchestrator() first, with the plugin that provides it",
        details: { service: key.name },
      });
    return entry.service as T;
  }

  tryUse<T>(key: ServiceKey<T>): T | undefined {
    return this.#services.get(key.name)?.service as T | undefined;
  }

  /** In order of registration. */
  list(): { readonly name: string; readonly by: string }[] {
    return [...this.#services].map(([name, { by }]) => ({ name, by }));
  }

  checkpoint(): () => void {
    const before = new Set(this.#services.keys());
    return () => {
      for (const name of this.#services.keys()) if (!before.has(name)) this.#services.delete(name);
    };
  }
}
