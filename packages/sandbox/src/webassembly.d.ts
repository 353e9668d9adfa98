/**
 * The part of the WebAssembly JavaScript API that is used here. TypeScript has it in its DOM library only, which would bring
 * every name of a browser along.
 *
 * https://webassembly.github.io/spec/js-api/
 */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static customSections(module: Module, name: string): ArrayBuffer[];
    static exports(module: Module): readonly { readonly name: string; readonly kind: string }[];
    static imports(
      module: Module,
    ): readonly { readonly module: string; readonly name: string; readonly kind: string }[];
    private readonly module: never;
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    private constructor();
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Global<Type extends "i32" | "i64" = "i32" | "i64"> {
    constructor(descriptor: { readonly value: Type; readonly mutable: boolean }, value: GlobalValue<Type>);
    get value(): GlobalValue<Type>;
    set value(value: GlobalValue<Type>);
  }
  type GlobalValue<Type> = Type extends "i64" ? bigint : number;
  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** An import that may wait: https://github.com/WebAssembly/js-promise-integration */
  class Suspending {
    constructor(call: (...values: never[]) => unknown);
    private readonly call: never;
  }
  function promising<Values extends unknown[], Result>(
    call: (...values: Values) => Result,
  ): (...values: Values) => Promise<Result>;
  function compile(bytes: Uint8Array): Promise<Module>;
  function validate(bytes: Uint8Array): boolean;
}
