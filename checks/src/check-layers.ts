import { findViolations } from "./layers.ts";

const violations = findViolations(process.cwd());
for (const { file, line, message } of violations) console.log(`${file}:${line} ${message}`);
console.log(violations.length === 0 ? "the layers hold" : `${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;
