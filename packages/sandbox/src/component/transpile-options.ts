/** How jco joins core modules: at once and without waiting, handed everything that they import. */
export const transpileOptions = {
  instantiation: "sync",
  asyncMode: "sync",
  emitTypescriptDeclarations: false,
  wasiShim: false,
  noComponentErrorWrapping: true,
  minify: true,
} as const;
