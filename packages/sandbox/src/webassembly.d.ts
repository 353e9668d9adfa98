/**
 * The part of the WebAssembly JavaScript API that is used here. TypeScript has it in its DOM library only, which would bring
 * every name of a browser along.
 *
 * https://webassembly.github.io/spec/js-api/
 */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static exports(module: Module): readonly { readonly name: string; readonly kind: string }[];
    private readonly module: never;
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    private constructor();
    readonly buffer: ArrayBuffer;
  }
  class Global<Type extends "i32" | "i64" = "i32" | "i64"> {
    constructor(descriptor: { readonly value: Type; readonly mutable: boolean }, value: GlobalValue<Type>);
    get value(): GlobalValue<Type>;
    set value(value: GlobalValue<Type>);
  }
  type GlobalValue<Type> = Type extends "i64" ? bigint : number;
  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  function compile(bytes: Uint8Array): Promise<Module>;
  function validate(bytes: Uint8Array): boolean;
}
