import type { Pieces } from "../cache/pack-pieces.ts";
import type { InterpreterImage, PreparedInterpreter } from "./interpreter-instance.ts";

const head = "interpreter.json";
const moduleName = "interpreter.wasm";
const imageName = "image";

/**
 * An interpreter as it is kept.
 *
 * @param metered - its module before it was compiled.
 */
export function toPieces({ initialPages, image }: PreparedInterpreter, metered: Uint8Array): Pieces {
  const { memory, globals, turn } = image;
  return new Map([
    [head, Buffer.from(JSON.stringify({ initialPages, globals, turn }))],
    [moduleName, metered],
    [imageName, memory],
  ]);
}

/** The interpreter of what was kept. `toPieces` wrote the pieces. */
export async function fromPieces(pieces: Pieces): Promise<PreparedInterpreter> {
  const { initialPages, globals, turn } = JSON.parse(Buffer.from(pieces.get(head)!).toString()) as {
    readonly initialPages: number;
  } & Pick<InterpreterImage, "globals" | "turn">;
  return {
    module: await WebAssembly.compile(pieces.get(moduleName)!),
    initialPages,
    image: { memory: pieces.get(imageName)!.slice(), globals, turn },
  };
}
