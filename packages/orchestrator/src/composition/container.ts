import "reflect-metadata";
import {
  AccessTokens,
  CodeSandbox,
  ContextManager,
  ConversationStore,
  HumanTaskService,
  JobRunner,
  NetworkCoordinatorFactory,
  RunHost,
  RunStore,
  Schedules,
  Tenants,
  ToolExecutionService,
  WorkflowExecutionService,
  WorkflowFactory,
  type Clock,
  type OwnerLimits,
  type Runtime,
  type ScheduleOptions,
  type ServiceKey,
  type TenantServices,
} from "@ice/core";
import type { TimeSlice } from "@ice/core/internal";
import type { CodeSandboxOptions } from "@ice/sandbox";
import { container as root, instanceCachingFactory, type DependencyContainer, type InjectionToken } from "tsyringe";
import { createEngine } from "../engine/create-engine.ts";
import type { Engine } from "../engine/engine.ts";
import { WorkflowEngine } from "../engine/workflow-engine.ts";
import { networkWorkflowExecutor } from "../network/network-workflow-executor.ts";
import { createAccessTokens } from "../services/access-tokens.ts";
import { LazyCodeSandbox } from "../services/code-sandbox.ts";
import { createContextManager } from "../services/context-manager.ts";
import { createJobRunner } from "../services/job-runner.ts";
import { QueueingRunHost } from "../services/queueing-run-host.ts";
import { EngineRunHost, type HostOptions } from "../services/run-host.ts";
import { newRunId } from "../services/run-id.ts";
import { EngineSchedules } from "../services/schedules.ts";
import { createTenants } from "../services/tenants.ts";
import { createToolExecutionService } from "../services/tool-execution.ts";
import { createWorkflowFactory } from "../workflow/workflow-factory.ts";

/** Options of the container: everything that comes from outside. */
export interface ContainerOptions {
  readonly runtime: Runtime;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly timeSlice: TimeSlice;
  readonly random: () => number;
  readonly limits: Partial<OwnerLimits>;
  readonly staySeconds?: number | undefined;
  readonly host?: HostOptions | undefined;
  readonly schedules?: Readonly<Record<string, ScheduleOptions>> | undefined;
  readonly sandbox: CodeSandboxOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Only typed tokens and explicit factories, so that neither decorators nor emitted metadata are needed. */
const token = <T>(name: string): InjectionToken<T> => Symbol.for(`@ice/orchestrator:${name}`);
const tokenOf = <T>({ name }: ServiceKey<T>): InjectionToken<T> => token(name);

const givenOptions = token<ContainerOptions>("options");
const lazySandbox = token<LazyCodeSandbox>("lazySandbox");
const engineHost = token<StoppableHost>("engineHost");
const engineSchedules = token<EngineSchedules>("engineSchedules");

/** A service that the engine provides under a key. */
interface Binding {
  register(container: DependencyContainer): void;
  provide(container: DependencyContainer, by: string): void;
}

const bind = <T>(key: ServiceKey<T>, make: (from: DependencyContainer) => T): Binding => ({
  register: (container) => void container.register(tokenOf(key), { useFactory: instanceCachingFactory(make) }),
  provide: (container, by) =>
    container.resolve(givenOptions).runtime.provide(key, container.resolve(tokenOf(key)), { by }),
});

/** A service that the application may have provided itself. */
const bindUnlessProvided = <T>(key: ServiceKey<T>, make: (from: DependencyContainer) => T): Binding => {
  const binding = bind(key, make);
  return {
    ...binding,
    provide: (container, by) => {
      if (container.resolve(givenOptions).runtime.tryUse(key) === undefined) binding.provide(container, by);
    },
  };
};

/** The services of the orchestrator's own tenant. */
const ownServices = (from: DependencyContainer): TenantServices =>
  from.resolve(tokenOf(Tenants)).of(from.resolve(givenOptions).store.tenant);

/** Every service of the engine and its factory, in the order in which they are provided. */
const bindings: readonly Binding[] = [
  bind(WorkflowEngine, (from) => {
    const { runtime, store, clock, timeSlice, random, limits, staySeconds } = from.resolve(givenOptions);
    const options = {
      runtime,
      store,
      clock,
      timeSlice,
      random,
      limits,
      staySeconds,
      newRunId: () => newRunId(clock.now()),
    };
    return createEngine(options, networkWorkflowExecutor);
  }),
  bind(ToolExecutionService, (from) => createToolExecutionService(from.resolve(givenOptions))),
  bind(Tenants, (from) =>
    createTenants(from.resolve(tokenOf(WorkflowEngine)), {
      ...from.resolve(givenOptions),
      tools: from.resolve(tokenOf(ToolExecutionService)),
      factory: from.resolve(tokenOf(WorkflowFactory)),
    }),
  ),
  bind(WorkflowExecutionService, (from) => ownServices(from).runs),
  bind(WorkflowFactory, (from) => createWorkflowFactory(from.resolve(givenOptions).runtime)),
  bind(NetworkCoordinatorFactory, (from) => ownServices(from).networks),
  bind(HumanTaskService, (from) => ownServices(from).tasks),
  bindUnlessProvided(ConversationStore, (from) => from.resolve(givenOptions).store.conversations),
  bind(RunHost, (from) => from.resolve(engineHost)),
  bind(JobRunner, (from) => createJobRunner(from.resolve(tokenOf(WorkflowEngine)))),
  bind(Schedules, (from) => from.resolve(engineSchedules)),
  bind(RunStore, (from) => from.resolve(givenOptions).store),
  bind(AccessTokens, (from) => {
    const { store, clock } = from.resolve(givenOptions);
    return createAccessTokens({ tokens: store.tokens, clock });
  }),
  bind(ContextManager, (from) => createContextManager(from.resolve(tokenOf(WorkflowEngine)))),
  bind(CodeSandbox, (from) => from.resolve(lazySandbox)),
];

/** A host that continues nothing any more once it was stopped. */
type StoppableHost = RunHost & { stop(): Promise<void> };

/** The services of one start of the orchestrator. Each is created once, when it is first used. */
export interface Container {
  readonly engine: Engine;
  readonly sandbox: LazyCodeSandbox;
  readonly host: StoppableHost;
  readonly schedules: EngineSchedules;
  /** Provides every service to the runtime. */
  provideAll(by: string): void;
  dispose(): void | Promise<void>;
}

export function createContainer(options: ContainerOptions): Container {
  const container = root.createChildContainer();
  container.register(givenOptions, { useValue: options });
  container.register(lazySandbox, { useFactory: instanceCachingFactory(sandboxOf) });
  container.register(engineHost, { useFactory: instanceCachingFactory(hostOf) });
  container.register(engineSchedules, { useFactory: instanceCachingFactory(schedulesOf) });
  for (const binding of bindings) binding.register(container);
  return {
    engine: container.resolve(tokenOf(WorkflowEngine)),
    sandbox: container.resolve(lazySandbox),
    host: container.resolve(engineHost),
    schedules: container.resolve(engineSchedules),
    provideAll: (by) => {
      for (const binding of bindings) binding.provide(container, by);
    },
    dispose: () => container.dispose(),
  };
}

/** A store with workers leaves the runs to them. */
function hostOf(from: DependencyContainer): StoppableHost {
  const { store, host } = from.resolve(givenOptions);
  const engine = from.resolve(tokenOf(WorkflowEngine));
  return store.dispatcher === undefined ? new EngineRunHost(engine, host) : new QueueingRunHost(engine);
}

function schedulesOf(from: DependencyContainer): EngineSchedules {
  const { runtime, schedules = {}, host: { onProblem = () => {} } = {} } = from.resolve(givenOptions);
  const [engine, host] = [from.resolve(tokenOf(WorkflowEngine)), from.resolve(engineHost)];
  return new EngineSchedules({ engine, host, runtime, services: ownServices(from), schedules, onProblem });
}

function sandboxOf(from: DependencyContainer): LazyCodeSandbox {
  const { sandbox, env } = from.resolve(givenOptions);
  const tools = from.resolve(tokenOf(ToolExecutionService));
  const callTool: CodeSandboxOptions["callTool"] = (name, args, signal) => tools.execute(name, args, { signal });
  return new LazyCodeSandbox({ callTool, ...sandbox }, env);
}
