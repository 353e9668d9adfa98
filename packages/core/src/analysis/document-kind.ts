import { schemaVersion } from "../blueprint/blueprint.ts";
import { networkSchemaVersion } from "../blueprint/network-manifest.ts";
import { articled } from "../errors/articled.ts";
import type { JsonObject } from "../json/json.ts";
import type { Finding } from "./issue-list.ts";

type Kind = "workflow" | "network";

/** What data means to be: what it says, else what it looks like. */
function kindOf(data: JsonObject): Kind | undefined {
  const version = data["schemaVersion"];
  if (version === schemaVersion) return "workflow";
  if (version === networkSchemaVersion) return "network";
  if (version !== undefined) return undefined;
  if (data["nodes"] !== undefined) return "workflow";
  return data["workflows"] === undefined ? undefined : "network";
}

const commands: Readonly<Record<Kind, string>> = {
  workflow: "ice run FILE (ice validate, ice graph)",
  network: "ice network run FILE (ice network validate, ice network graph)",
};

/** The finding that data is the other kind of document than the one that was asked for; undefined when it is not. */
export function otherKind(data: JsonObject, wanted: Kind): Finding | undefined {
  const kind = kindOf(data);
  if (kind === undefined || kind === wanted) return undefined;
  return {
    code: "ICE_SCHEMA_VERSION",
    message: `this is ${articled(kind)}, not ${articled(wanted)}`,
    fix: `use ${commands[kind]}`,
  };
}
