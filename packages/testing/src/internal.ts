// What the simulations of other packages of one release share with that of this one. It may change with any release.

export { checkedModels, simulatedAgents, stepTool, type CheckedModelsOptions } from "./simulation/checked-models.ts";
export { checkedTools } from "./simulation/checked-tools.ts";
export { Checker } from "./simulation/checker.ts";
export { Dice } from "./simulation/dice.ts";
export { NodeIndex, nodesOf } from "./simulation/node-index.ts";
export { Outside } from "./simulation/outside.ts";
export { runId } from "./simulation/process.ts";
export { simulationStart } from "./simulation/random-wait.ts";
export { Report } from "./simulation/report.ts";
export { shrinkBy, smaller } from "./simulation/shrink.ts";
export { differences } from "./simulation/simulate.ts";
export { checkStop, sorted } from "./simulation/stopped-result.ts";
