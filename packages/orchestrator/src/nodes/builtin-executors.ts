import type { BuiltinNodeType, NodeType } from "@ice/core";
import { executeAgent } from "./agent/agent-executor.ts";
import { executeCode } from "./code/code-executor.ts";
import { executeCondition } from "./condition/condition-executor.ts";
import { executeHuman } from "./human/human-executor.ts";
import { executeLlm } from "./llm/llm-executor.ts";
import { executeLoop } from "./loop/loop-executor.ts";
import { executeMonitor } from "./monitor/monitor-executor.ts";
import { executeParallel } from "./parallel/parallel-executor.ts";
import { executeRecursive } from "./recursive/recursive-executor.ts";
import { executeSwarm } from "./swarm/swarm-executor.ts";
import { executeTool } from "./tool/tool-executor.ts";
import { executeWorkflow } from "./workflow/workflow-executor.ts";

/** One executor per built-in type. An incomplete table does not compile. */
export const builtinExecutors = {
  tool: executeTool,
  condition: executeCondition,
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
} satisfies Record<BuiltinNodeType, unknown> as unknown as Record<BuiltinNodeType, NodeType["execute"]>;
