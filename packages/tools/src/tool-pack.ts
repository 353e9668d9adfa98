import { definePlugin } from "@ice/core";
import { aggregate } from "./aggregate/aggregate.ts";
import { csvRead } from "./csv/csv-read.ts";
import { AllowedFiles, type AllowedFilesOptions } from "./files/allowed-files.ts";
import { jsonRead, jsonWrite } from "./json/json-files.ts";
import { textRead, textWrite } from "./text/text-files.ts";

/** The tools of the pack, bound to the files they may touch. Give them to the typed builder for their types. */
export function createTools(options: AllowedFilesOptions = {}) {
  const files = new AllowedFiles(options);
  return {
    csvRead: csvRead(files),
    jsonRead: jsonRead(files),
    jsonWrite: jsonWrite(files),
    textRead: textRead(files),
    textWrite: textWrite(files),
    aggregate: aggregate(),
  };
}

/** Registers `csv_read`, `json_read`, `json_write`, `text_read`, `text_write` and `aggregate`. */
export const toolPack = definePlugin<AllowedFilesOptions | undefined>({
  name: "@ice/tools",
  apiVersion: 1,
  setup(host, options) {
    for (const tool of Object.values(createTools(options))) host.registerTool(tool);
  },
});
