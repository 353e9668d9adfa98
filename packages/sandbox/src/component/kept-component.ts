import type { Pieces } from "../cache/pack-pieces.ts";
import type { PreparedComponent } from "./prepare-component.ts";

const head = "component.json";
const glueName = "component.js";

/** The stored form of a component. */
export function toPieces({ entry, initialPages, glue, coreModules }: PreparedComponent): Pieces {
  return new Map([
    [head, Buffer.from(JSON.stringify({ entry, initialPages }))],
    [glueName, Buffer.from(glue)],
    ...coreModules,
  ]);
}

/** Restores a component from its stored form. */
export function fromPieces(pieces: Pieces): PreparedComponent {
  const text = (name: string): string => Buffer.from(pieces.get(name)!).toString(); // `toPieces` wrote both
  return {
    ...(JSON.parse(text(head)) as Pick<PreparedComponent, "entry" | "initialPages">),
    glue: text(glueName),
    coreModules: new Map([...pieces].filter(([name]) => name.endsWith(".wasm"))),
  };
}
