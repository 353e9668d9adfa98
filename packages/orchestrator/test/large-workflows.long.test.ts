import { describeLargeWorkflows } from "./large-workflows.ts";

describeLargeWorkflows(100_000);
