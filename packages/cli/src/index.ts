// The owner's configuration
export { iceConfigSchema } from "./config/config-schema.ts";
export { defineConfig, type IceConfig } from "./config/ice-config.ts";
// The command line, for programs that embed it
export { runCli } from "./cli.ts";
export type { Terminal } from "./terminal/terminal.ts";
// What the command line takes
export { describeCommands } from "./cli.ts";
export type { CommandDescription, CommandLineDescription, OptionDescription } from "./output/describe-commands.ts";
