/** The instance of the component: the only thing it exports. */
export interface GuestInstance {
  turn(message: string): Promise<void>;
}

/** What `prebuilt/guest.js` exports. */
export interface GuestModule {
  instantiate(
    getCoreModule: (name: string) => WebAssembly.Module,
    imports: Readonly<Record<string, object>>,
    instantiateCore: (module: WebAssembly.Module, imports?: WebAssembly.Imports) => WebAssembly.Instance,
  ): GuestInstance;
}
