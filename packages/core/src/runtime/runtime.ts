import { createEventBus, type EventBus } from "../events/event-bus.ts";
import { afterStartUp, type NamedRegistry } from "../registry/named-registry.ts";
import type { ServiceKey } from "../registry/service-key.ts";
import { createRegistries, type Registries } from "./registries.ts";
import { ServiceTable } from "./service-table.ts";
import { createWorkflowRegistry, type WorkflowRegistry } from "./workflow-registry.ts";

/**
 * The registry of services, by typed key, and of node types, tools, agents and workflows, by name. The orchestrator fills it at
 * start-up.
 */
export interface Runtime extends Registries {
  /** Workflows that others refer to by name. They are data, so they can be registered after start-up. */
  readonly workflows: WorkflowRegistry;
  readonly events: EventBus;
  /** @throws IceError `ICE_SERVICE_DUPLICATE`, `ICE_RUNTIME_SEALED`. */
  provide<T>(key: ServiceKey<T>, service: T, options?: { readonly by?: string }): void;
  /** Returns a service. @throws IceError `ICE_SERVICE_MISSING`, with a fix. */
  use<T>(key: ServiceKey<T>): T;
  /** Returns a service, or undefined. */
  tryUse<T>(key: ServiceKey<T>): T | undefined;
  /** Lists what is registered, and by whom. */
  describe(): RuntimeDescription;
  /** Ends the registration of services, node types, tools and agents. Further calls have no effect. */
  seal(): void;
  readonly sealed: boolean;
  /** Returns a function that removes everything registered after this call, for a failed start-up. */
  checkpoint(): () => void;
}

/** The content of a runtime: names with who registered them, in order of registration. */
export interface RuntimeDescription {
  readonly services: readonly RegisteredName[];
  readonly nodes: readonly RegisteredName[];
  readonly tools: readonly RegisteredName[];
  readonly agents: readonly RegisteredName[];
  readonly channels: readonly RegisteredName[];
  readonly workflows: readonly string[];
  readonly sealed: boolean;
}

/** A registered name, and which plugin or package registered it. */
export interface RegisteredName {
  readonly name: string;
  readonly by: string;
}

/** Creates an empty runtime: for tests, and for several engines in one process. */
export function createRuntime({ events = createEventBus() }: { events?: EventBus | undefined } = {}): Runtime {
  let sealed = false;
  const services = new ServiceTable();
  const registries = createRegistries(() => sealed);
  const workflows = createWorkflowRegistry();
  const named = (registry: NamedRegistry<unknown>): RegisteredName[] =>
    registry.names().map((name) => ({ name, by: registry.registeredBy(name) ?? "" }));
  return {
    ...registries,
    workflows,
    events,
    provide(key, service, { by = "application" } = {}) {
      if (sealed) throw afterStartUp("service", key.name);
      services.provide(key, service, by);
    },
    use: (key) => services.use(key),
    tryUse: (key) => services.tryUse(key),
    describe: () => ({
      services: services.list(),
      nodes: named(registries.nodes),
      tools: named(registries.tools),
      agents: named(registries.agents),
      channels: named(registries.channels),
      workflows: workflows.names(),
      sealed,
    }),
    seal() {
      sealed = true;
    },
    get sealed() {
      return sealed;
    },
    checkpoint() {
      const back = [services, ...Object.values(registries), workflows].map((part) => part.checkpoint());
      return () => {
        for (const forget of back) forget();
      };
    },
  };
}

const processKey = Symbol.for("ice.runtime/1");

/** The runtime of this process, created at the first call. Several installed copies of `@ice/core` share it. */
export function defaultRuntime(): Runtime {
  const holder = globalThis as { [processKey]?: Runtime };
  return (holder[processKey] ??= createRuntime());
}
