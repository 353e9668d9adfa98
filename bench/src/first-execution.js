// The first execution of a process, with ice as it is published; prints how long it took.
import { createCodeSandbox } from "../../packages/sandbox/dist/index.js";

const sandbox = createCodeSandbox();
const started = performance.now();
const { ok } = await sandbox.run({ language: "javascript", source: "return 1;" });
console.log(ok ? performance.now() - started : "failed");
await sandbox.close();
