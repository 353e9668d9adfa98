import { renameScope } from "./package-scope.ts";

/**
 * For publishing under another scope:
 *
 *   node checks/src/rename-scope.ts @your-scope
 */
const [scope, ...others] = process.argv.slice(2);
const { ok, message } =
  scope === undefined || others.length > 0
    ? { ok: false, message: "name one scope: pnpm rename-scope @your-scope" }
    : renameScope(process.cwd(), scope);
(ok ? console.log : console.error)(message);
process.exitCode = ok ? 0 : 1;
