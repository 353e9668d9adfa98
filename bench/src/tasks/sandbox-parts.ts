/** Where the engine of the sandbox is. */
export const prebuilt = new URL("../../../packages/sandbox/prebuilt/", import.meta.url);

/** The URL of the WASI shim for the sandbox. */
export const shimEntry = new URL(
  "../../../packages/sandbox/node_modules/@bytecodealliance/preview2-shim/dist/nodejs/index.js",
  import.meta.url,
).href;
