import type { BuiltinNodeType, NodeType } from "@ice/core";
import { executeAgent } from "./agent/agent-executor.ts";
import { executeCode } from "./code/code-executor.ts";
import { executeCondition } from "./condition/condition-executor.ts";
import { executeEnd } from "./end/end-executor.ts";
import { executeHuman } from "./human/human-executor.ts";
import { executeLlm } from "./llm/llm-executor.ts";
import { executeLoop } from "./loop/loop-executor.ts";
import { executeMonitor } from "./monitor/monitor-executor.ts";
import { executeParallel } from "./parallel/parallel-executor.ts";
import { executeRecursive } from "./recursive/recursive-executor.ts";
import { executeScope } from "./scope/scope-executor.ts";
import { executeSwarm } from "./swarm/swarm-executor.ts";
import { executeSwitch } from "./switch/switch-executor.ts";
import { executeTool } from "./tool/tool-executor.ts";
import { executeWait } from "./wait/wait-executor.ts";
import { executeWorkflow } from "./workflow/workflow-executor.ts";

/** One executor per built-in type. An incomplete table does not compile. */
export const builtinExecutors = {
  tool: executeTool,
  condition: executeCondition,
  switch: executeSwitch,
  loop: executeLoop,
  parallel: executeParallel,
  workflow: executeWorkflow,
  recursive: executeRecursive,
  agent: executeAgent,
  swarm: executeSwarm,
  code: executeCode,
  human: executeHuman,
  monitor: executeMonitor,
  llm: executeLlm,
  scope: executeScope,
  wait: executeWait,
  end: executeEnd,
} satisfies Record<BuiltinNodeType, unknown> as unknown as Record<BuiltinNodeType, NodeType["execute"]>;
