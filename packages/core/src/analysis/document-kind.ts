import { schemaVersion } from "../blueprint/blueprint.ts";
import { networkSchemaVersion } from "../blueprint/network-manifest.ts";
import { articled } from "../errors/articled.ts";
import { listNames, shorten } from "../errors/shorten.ts";
import { isPlainObject, type Json, type JsonObject } from "../json/json.ts";
import type { Finding, IssueList } from "./issue-list.ts";

type Kind = "workflow" | "network";

/** The kind of a document: as declared, otherwise guessed from its fields. */
function kindOf(data: JsonObject): Kind | undefined {
  const version = data["schemaVersion"];
  if (version === schemaVersion) return "workflow";
  if (version === networkSchemaVersion) return "network";
  if (version !== undefined) return undefined;
  if (data["nodes"] !== undefined) return "workflow";
  return data["workflows"] === undefined ? undefined : "network";
}

const versions: Readonly<Record<Kind, { readonly version: string; readonly unknown: string }>> = {
  workflow: { version: schemaVersion, unknown: "is not supported by this version of ice" },
  network: { version: networkSchemaVersion, unknown: "is not a version of networks" },
};

/** Whether data is a document of a kind, according to its head; otherwise the reason is reported. */
export function isDocument(data: Json, wanted: Kind, versionRequired: boolean, issues: IssueList): data is JsonObject {
  const nothing = noDocument(data, wanted);
  if (nothing !== undefined) issues.add("", nothing);
  if (nothing !== undefined || !isPlainObject(data)) return false;
  const tooMuch = tooManyFields(data, wanted);
  if (tooMuch !== undefined) issues.add("", tooMuch);
  if (tooMuch !== undefined) return false;
  const finding = otherKind(data, wanted) ?? wrongVersion(data["schemaVersion"], wanted, versionRequired);
  if (finding !== undefined) issues.add("/schemaVersion", finding);
  return finding === undefined;
}

function wrongVersion(given: Json | undefined, wanted: Kind, versionRequired: boolean): Finding | undefined {
  const { version, unknown } = versions[wanted];
  if (given === undefined ? !versionRequired : given === version) return undefined;
  return {
    code: "ICE_SCHEMA_VERSION",
    message:
      given === undefined
        ? "missing field `schemaVersion`"
        : `schemaVersion ${shorten(JSON.stringify(given))} ${unknown}`,
    fix: `write schemaVersion: ${version}`,
  };
}

/** The fields of a document are parsed in one step. */
const maxFields = 1000;

function tooManyFields(data: JsonObject, kind: Kind): Finding | undefined {
  const { length } = Object.keys(data);
  if (length <= maxFields) return undefined;
  return {
    code: "ICE_BLUEPRINT_LIMIT",
    message: `the ${kind} has ${length} fields; at most ${maxFields} are allowed`,
    fix: `${articled(kind)} has the fields ${fieldsOf[kind]}, and few more`,
  };
}

/** The finding that data is the other kind of document than the one that was asked for; undefined when it is not. */
function otherKind(data: JsonObject, wanted: Kind): Finding | undefined {
  const kind = kindOf(data);
  if (kind === undefined || kind === wanted) return undefined;
  return {
    code: "ICE_SCHEMA_VERSION",
    message: `this is ${articled(kind)}, not ${articled(wanted)}`,
    fix: `run it as ${articled(kind)}`,
  };
}

const fieldsOf: Readonly<Record<Kind, string>> = {
  workflow: `\`schemaVersion: ${schemaVersion}\`, \`name\` and \`nodes\`, a list`,
  network: `\`schemaVersion: ${networkSchemaVersion}\`, \`name\` and \`workflows\`, a list`,
};

/** The finding that data is not a document of a kind at all; undefined when it may be one. */
function noDocument(data: Json, wanted: Kind): Finding | undefined {
  const isObject = isPlainObject(data);
  if (isObject && ["schemaVersion", "name", "nodes", "workflows"].some((field) => Object.hasOwn(data, field)))
    return undefined;
  const [noun, list] = wanted === "workflow" ? ["a blueprint", "nodes"] : ["a network", "workflows"];
  const fields = isObject ? Object.keys(data) : [];
  const is =
    data === null
      ? "the file is empty"
      : Array.isArray(data)
        ? "this is a list"
        : isObject
          ? `this has ${fields.length === 0 ? "no fields" : listNames(fields)}`
          : `this is ${articled(typeof data)}`;
  return {
    code: "ICE_BLUEPRINT_SCHEMA",
    message: `${is}, but ${noun} is an object with \`name\` and \`${list}\``,
    fix: Array.isArray(data)
      ? `indent the list below \`${list}:\`, and write \`schemaVersion: ${wanted === "workflow" ? schemaVersion : networkSchemaVersion}\` and \`name: …\` above it`
      : `write the fields ${fieldsOf[wanted]}, or name another file`,
  };
}
