// The part of the WebAssembly API that the engine uses. Node's types leave it out, and the DOM library would bring in
// a browser's globals.
declare namespace WebAssembly {
  class Memory { constructor(descriptor: { initial: number; maximum?: number; shared?: boolean }); readonly buffer: SharedArrayBuffer }
  class Module { constructor(bytes: Uint8Array) }
  class Instance { constructor(module: Module, imports: Record<string, Record<string, unknown>>); readonly exports: Record<string, unknown> }
  function validate(bytes: Uint8Array): boolean;
}
