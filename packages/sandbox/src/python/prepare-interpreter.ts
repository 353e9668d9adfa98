import { BinaryReader, BinaryWriter, malformed } from "../metering/binary.ts";
import { meterModule } from "../metering/meter-module.ts";
import { framed } from "./framed.ts";
import { InterpreterInstance, type PreparedInterpreter } from "./interpreter-instance.ts";

/** Bounds of the start itself; no execution pays for it. */
const startFuel = 500_000_000n;
const startPages = 256;

const exportSection = 7;
const tableKind = 1;

/**
 * Meters, compiles and starts an interpreter with a guest program, and keeps the state in which that ends.
 *
 * @param bytes - CPython for WASI preview 1: it exports `memory` and `_start`.
 * @param guest - Python; `python/guest.py`.
 * @returns what executions are made from, and its module before it was compiled.
 * @throws Error when the interpreter does not start.
 */
export async function prepareInterpreter(
  bytes: Uint8Array,
  guest: string,
): Promise<{ readonly prepared: PreparedInterpreter; readonly metered: Uint8Array }> {
  const metered = meterModule(withTable(bytes), { restorable: true });
  const interpreter = {
    module: await WebAssembly.compile(metered.bytes),
    initialPages: metered.initialPages,
  };
  const messages: string[] = [];
  const errors: string[] = [];
  let input: Uint8Array = framed(JSON.stringify({ source: "", input: null, env: {}, seed: 0 }));
  let ended: number | undefined;
  const instance = new InterpreterInstance(interpreter, {
    arguments: ["python", "-I", "-S", "-B", "-X", "utf8", "-c", guest],
    now: () => 0,
    random: (target) => target.fill(0),
    read(length) {
      const part = input.subarray(0, length);
      input = input.subarray(length);
      return part;
    },
    write(stream, written) {
      (stream === 0 ? messages : errors).push(new TextDecoder().decode(written));
    },
    exit(code) {
      ended = code;
      throw new Error("stopped");
    },
  });
  instance.meter.fuel.value = startFuel;
  instance.meter.pages.value = startPages;
  await instance.start().catch((error: unknown) => {
    if (ended !== 0) throw new Error(`The interpreter does not start: ${errors.join("") || String(error)}`);
  });
  const [target, noArguments] = (messages.at(-1) ?? "").split(" ").map(Number);
  if (!target || !noArguments) throw new Error(`The interpreter does not start: ${errors.join("")}`);
  const image = instance.takeImage([target, noArguments]);
  return { prepared: { ...interpreter, image }, metered: metered.bytes };
}

/** The module with its table exported, through which functions can be called by their address; without custom sections. */
function withTable(bytes: Uint8Array): Uint8Array {
  const reader = new BinaryReader(bytes, 8);
  const writer = new BinaryWriter().raw(bytes.subarray(0, 8));
  let found = false;
  while (!reader.done) {
    const id = reader.byte();
    const content = reader.slice(reader.u32());
    if (id === 0) continue;
    if (id !== exportSection) {
      writer.byte(id).u32(content.length).raw(content);
      continue;
    }
    found = true;
    const exports = new BinaryReader(content);
    const more = new BinaryWriter().u32(exports.u32() + 1).raw(content.subarray(exports.at));
    const added = more.name("table").byte(tableKind).u32(0).finish();
    writer.byte(id).u32(added.length).raw(added);
  }
  if (!found) throw malformed("it exports nothing");
  return writer.finish();
}
