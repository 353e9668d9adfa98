import { IceError, type builtinNodes, type Json } from "@ice/core";
import { endedCode, isErrorCode, isPlainObject, namedValue, shorten } from "@ice/core/internal";
import type { BuiltinActivation } from "../builtin-activation.ts";

/** Says how the workflow ends. Its scope ends it when this output is recorded. */
export function executeEnd({ config, nodeId }: BuiltinActivation<typeof builtinNodes.end>): unknown {
  const { status, output = null, code = endedCode, message = `Node "${nodeId}" ended the workflow.` } = config;
  if (output !== null && !isPlainObject(output))
    throw new IceError(
      "ICE_OUTPUT_INVALID",
      `The \`output\` of node "${nodeId}" must be an object, but is ${namedValue(output)}.`,
      {
        fix: "give an object: the names and values of the workflow's output",
      },
    );
  if (status === "completed") return { status, output, error: null };
  if (!isErrorCode(code))
    throw new IceError(
      "ICE_INPUT_INVALID",
      `The \`code\` of node "${nodeId}" must be the code of an error, but is ${namedValue(code)}.`,
      {
        fix: "use capital letters, digits and `_`, at most 64",
      },
    );
  return { status, output: null, error: { code, message: textOf(message) } };
}

/** Maximum number of characters of a message, which results, events and logs repeat. */
const maxMessage = 2000;

const textOf = (message: Json): string =>
  shorten(typeof message === "string" ? message : JSON.stringify(message), maxMessage);
