// The owner's configuration
export { defineConfig, type IceConfig } from "./config/ice-config.ts";
// The command line, for programs that embed it
export { runCli } from "./cli.ts";
export type { Terminal } from "./terminal/terminal.ts";
