// Runs inside the sandbox, in one realm with the code of a stranger. It keeps order, not security: the host checks everything.
import host from "ice:guest/host@1.0.0";

const { parse, stringify } = JSON;
const { getPrototypeOf, prototype: objectPrototype } = Object;
const AsyncFunction = (async () => {}).constructor;
const waiting = new Map();
let calls = 0;

// The engine looks its own names up through `__cqjs` at every turn: it stays, out of the way.
delete globalThis.wit;
Object.defineProperty(globalThis, "__cqjs", { enumerable: false, writable: false, configurable: false });

const call = (name, value) =>
  new Promise((resolve, reject) => {
    calls += 1;
    waiting.set(calls, { resolve, reject });
    host.call(calls, name, stringify(value, refuseOthers) ?? "null");
  });

const define = (name, value) =>
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });

define("tools", Object.freeze({ call: (name, args = {}) => call("tool", { name: String(name), args }) }));
define(
  "files",
  Object.freeze({
    read: (path) => call("files.read", { path: String(path) }),
    write: (path, text) => call("files.write", { path: String(path), text: String(text) }),
    list: (path) => call("files.list", { path: String(path) }),
  }),
);
define("http", Object.freeze({ fetch: (url, options = {}) => call("http", { ...options, url: String(url) }) }));
define(
  "console",
  Object.freeze(
    Object.fromEntries(
      ["debug", "log", "info", "warn", "error"].map((level) => [
        level,
        (...values) => host.log(level, values.map(show).join(" ")),
      ]),
    ),
  ),
);

export async function turn(message) {
  const { start, answer } = parse(message);
  if (answer !== undefined) settleCall(answer);
  else begin(start);
}

function begin({ source, input, env, seed }) {
  Math.random = seededRandom(seed);
  define("env", Object.freeze(env));
  let run;
  try {
    run = new AsyncFunction("input", source);
  } catch (error) {
    settleThrown(error);
    return;
  }
  run(input).then(settleReturned, settleThrown);
}

function settleCall({ id, ok, value }) {
  const entry = waiting.get(id);
  if (entry === undefined) return;
  waiting.delete(id);
  if (ok) entry.resolve(value);
  else entry.reject(Object.assign(new Error(value.message), { code: value.code }));
}

function settleReturned(value) {
  let text;
  try {
    text = stringify(value, refuseOthers) ?? "null";
  } catch (error) {
    settleThrown(error);
    return;
  }
  host.settle(true, text);
}

function settleThrown(thrown) {
  let failure;
  try {
    failure =
      thrown instanceof Error
        ? {
            name: text(thrown.name),
            message: text(thrown.message),
            stack: text(thrown.stack),
            notJson: thrown[notJson] === true,
          }
        : { name: "", message: show(thrown), stack: "" };
  } catch {
    failure = { name: "", message: "something that cannot be shown was thrown", stack: "" };
  }
  host.settle(false, stringify(failure));
}

/** The code may have put anything in the place of a text. */
const text = (value) => `${value}`;

const notJson = Symbol("notJson");

/** JSON as ice means it: undefined is null; what has no JSON is refused instead of dropped. */
function refuseOthers(key, value) {
  switch (typeof value) {
    case "undefined":
      return null;
    case "number":
      if (Number.isFinite(value)) return value;
      break;
    case "object": {
      if (value === null || Array.isArray(value)) return value;
      const prototype = getPrototypeOf(value);
      if (prototype === null || prototype === objectPrototype) return value;
      break;
    }
    case "bigint":
    case "function":
    case "symbol":
      break;
    default:
      return value;
  }
  const kind = typeof value === "object" ? `a ${value.constructor?.name || "class instance"}` : `a ${typeof value}`;
  const what = typeof value === "number" ? String(value) : kind;
  throw Object.assign(new TypeError(`The value is not JSON: ${key === "" ? "it" : `"${key}"`} is ${what}.`), {
    [notJson]: true,
  });
}

function show(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** Uniform in [0, 1) (mulberry32, Tommy Ettinger 2017, public domain): fast, and the same for the same seed. */
function seededRandom(seed) {
  let state = seed >>> 0;
  return function random() {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
