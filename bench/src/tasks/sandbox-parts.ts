/** Where the engine of the sandbox is. */
export const prebuilt = new URL("../../../packages/sandbox/prebuilt/", import.meta.url);

/** What the sandbox finds when it looks for its shim of WASI. */
export const shimEntry = new URL(
  "../../../packages/sandbox/node_modules/@bytecodealliance/preview2-shim/dist/nodejs/index.js",
  import.meta.url,
).href;
