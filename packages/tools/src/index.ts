// The plugin
export { createTools, toolPack } from "./tool-pack.ts";
// What its file tools may touch
export type { AllowedFilesOptions } from "./files/allowed-files.ts";
