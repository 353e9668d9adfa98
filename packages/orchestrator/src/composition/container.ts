import "reflect-metadata";
import type {
  Clock,
  ContextManager,
  HumanTaskService,
  NetworkCoordinatorFactory,
  OwnerLimits,
  RunStore,
  Runtime,
  TimeSlice,
  ToolExecutionService,
  WorkflowExecutionService,
  WorkflowFactory,
} from "@ice/core";
import type { CodeSandboxOptions } from "@ice/sandbox";
import { container as root, instanceCachingFactory, type DependencyContainer, type InjectionToken } from "tsyringe";
import { Engine } from "../engine/engine.ts";
import { createNetworkCoordinatorFactory } from "../network/network-coordinator.ts";
import { networkWorkflowExecutor } from "../network/network-workflow-executor.ts";
import { LazyCodeSandbox } from "../services/code-sandbox.ts";
import { createContextManager } from "../services/context-manager.ts";
import { createHumanTaskService } from "../services/human-tasks.ts";
import { newRunId } from "../services/run-id.ts";
import { createToolExecutionService } from "../services/tool-execution.ts";
import { createWorkflowExecutionService } from "../services/workflow-execution.ts";
import { createWorkflowFactory } from "../workflow/workflow-factory.ts";
import { planOfHandle } from "../workflow/workflow.ts";

/** What the container is given from outside. */
export interface ContainerOptions {
  readonly runtime: Runtime;
  readonly store: RunStore;
  readonly clock: Clock;
  readonly timeSlice: TimeSlice;
  readonly random: () => number;
  readonly limits: Partial<OwnerLimits>;
  readonly sandbox: CodeSandboxOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A typed token: explicit factories only, so no decorators and no emitted metadata are needed. */
const token = <T>(name: string): InjectionToken<T> => Symbol(`@ice/orchestrator:${name}`);

export const tokens: {
  readonly options: InjectionToken<ContainerOptions>;
  readonly engine: InjectionToken<Engine>;
  readonly toolExecution: InjectionToken<ToolExecutionService>;
  readonly workflowExecution: InjectionToken<WorkflowExecutionService>;
  readonly workflowFactory: InjectionToken<WorkflowFactory>;
  readonly contextManager: InjectionToken<ContextManager>;
  readonly humanTasks: InjectionToken<HumanTaskService>;
  readonly networks: InjectionToken<NetworkCoordinatorFactory>;
  readonly codeSandbox: InjectionToken<LazyCodeSandbox>;
} = {
  options: token("surroundings"),
  engine: token("engine"),
  toolExecution: token("toolExecution"),
  workflowExecution: token("workflowExecution"),
  workflowFactory: token("workflowFactory"),
  contextManager: token("contextManager"),
  humanTasks: token("humanTasks"),
  networks: token("networks"),
  codeSandbox: token("codeSandbox"),
};

/** One container per start of the orchestrator; each service is made once, when it is first asked for. */
export function createContainer(surroundings: ContainerOptions): DependencyContainer {
  const container = root.createChildContainer();
  const single = <T>(key: InjectionToken<T>, make: (from: DependencyContainer) => T): void => {
    container.register(key, { useFactory: instanceCachingFactory(make) });
  };
  container.register(tokens.options, { useValue: surroundings });
  single(tokens.engine, (from) => {
    const { runtime, store, clock, timeSlice, random, limits } = from.resolve(tokens.options);
    const options = { runtime, store, clock, timeSlice, random, limits, newRunId: () => newRunId(clock.now()) };
    return new Engine(options, networkWorkflowExecutor);
  });
  single(tokens.toolExecution, (from) => createToolExecutionService(from.resolve(tokens.options)));
  single(tokens.workflowExecution, (from) => createWorkflowExecutionService(from.resolve(tokens.engine), planOfHandle));
  single(tokens.workflowFactory, (from) => createWorkflowFactory(from.resolve(tokens.options).runtime));
  single(tokens.contextManager, (from) => createContextManager(from.resolve(tokens.engine)));
  single(tokens.networks, (from) => createNetworkCoordinatorFactory(from.resolve(tokens.engine)));
  single(tokens.humanTasks, (from) => {
    const { store, clock, timeSlice, limits } = from.resolve(tokens.options);
    return createHumanTaskService({ store, clock, timeSlice, ...limits });
  });
  single(tokens.codeSandbox, (from) => {
    const { sandbox, env } = from.resolve(tokens.options);
    const tools = from.resolve(tokens.toolExecution);
    const callTool: CodeSandboxOptions["callTool"] = (name, args, signal) =>
      tools.execute(name, args, signal === undefined ? {} : { signal });
    return new LazyCodeSandbox({ callTool, ...sandbox }, env);
  });
  return container;
}
