import { definePlugin, EgressClient, FileAccess, IceError } from "@ice/core";
import { aggregate } from "./aggregate/aggregate.ts";
import { csvRead } from "./csv/csv-read.ts";
import { httpRequest } from "./http/http-request.ts";
import { jsonRead, jsonWrite } from "./json/json-files.ts";
import { textRead, textWrite } from "./text/text-files.ts";

/** The tools of the pack. Give them to the typed builder for their types. */
export function createTools() {
  return {
    csvRead: csvRead(),
    jsonRead: jsonRead(),
    jsonWrite: jsonWrite(),
    textRead: textRead(),
    textWrite: textWrite(),
    aggregate: aggregate(),
    httpRequest: httpRequest(),
  };
}

/**
 * Registers `csv_read`, `json_read`, `json_write`, `text_read`, `text_write`, `aggregate` and `http_request`. They use the
 * services `FileAccess` and `EgressClient`, so the same permissions apply to everything in the process:
 * `initializeOrchestrator({ allow: { read, write, http } })`.
 */
export const toolPack = definePlugin<undefined>({
  name: "@ice/tools",
  apiVersion: 1,
  needs: [EgressClient, FileAccess],
  setup(host, options: object | undefined) {
    // Ignoring directories given here would allow more than the owner meant.
    if (options !== undefined && Object.keys(options).length > 0)
      throw new IceError("ICE_USAGE", `toolPack() takes no options, but got ${Object.keys(options).join(", ")}.`, {
        fix: "set what may be accessed once for the whole process: allow: { read: [directories], write: [directories] }",
      });
    for (const tool of Object.values(createTools())) host.registerTool(tool);
  },
});
