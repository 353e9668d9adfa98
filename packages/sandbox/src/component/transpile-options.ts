/** How jco links core modules: synchronously, with all imports passed in. */
export const transpileOptions = {
  instantiation: "sync",
  asyncMode: "sync",
  emitTypescriptDeclarations: false,
  wasiShim: false,
  noComponentErrorWrapping: true,
  minify: true,
} as const;
