import { initializeOrchestrator, Workflow } from "@ice/orchestrator";

const { close, runtime } = await initializeOrchestrator();
runtime.events.on("node.retryScheduled", ({ path, data }) =>
  console.log(`${path}: attempt ${data.nextAttempt} in ${data.delayMs} ms`),
);

const workflow = new Workflow(
  [
    {
      id: "flaky",
      type: "tool",
      toolName: "fail",
      toolArgs: { message: "the service is busy", untilAttempt: 2 },
      retryPolicy: { maxAttempts: 4, backoffSeconds: 0.05 },
    },
    {
      id: "hopeless",
      type: "tool",
      toolName: "fail",
      toolArgs: { message: "the key is wrong", retryable: false },
      retryPolicy: { maxAttempts: 4 },
      onError: { output: { used: "fallback", because: "{{ error.message }}" } },
    },
  ],
  { name: "retry" },
);
const { status, nodes } = await workflow.execute();
console.log(status, { flaky: nodes["flaky"]?.attempts, hopeless: nodes["hopeless"]?.attempts });
console.log(nodes["hopeless"]?.output);
await close();
