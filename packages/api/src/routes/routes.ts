import { blueprintRoutes } from "./blueprints.ts";
import { devRoutes } from "./dev.ts";
import { eventRoutes } from "./events.ts";
import { mcpRoutes } from "./mcp.ts";
import { nodeRoutes } from "./nodes.ts";
import { registryRoutes } from "./registry.ts";
import type { Route } from "./route.ts";
import { runRoutes } from "./runs.ts";
import { serverRoutes } from "./server.ts";
import { sessionRoutes } from "./session.ts";
import { signalRoutes } from "./signals.ts";
import { taskRoutes } from "./tasks.ts";
import { validateRoutes } from "./validate.ts";
import { workflowRoutes } from "./workflows.ts";

/** Every route of the API. The OpenAPI document and the answers 404 and 405 follow from it. */
export const routes: readonly Route[] = [
  ...serverRoutes,
  ...sessionRoutes,
  ...validateRoutes,
  ...blueprintRoutes,
  ...runRoutes,
  ...nodeRoutes,
  ...eventRoutes,
  ...signalRoutes,
  ...taskRoutes,
  ...workflowRoutes,
  ...registryRoutes,
  ...devRoutes,
  ...mcpRoutes,
];
