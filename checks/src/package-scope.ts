import { isUtf8 } from "node:buffer";
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The result of renaming, as a message. */
export type Renaming = { readonly ok: boolean; readonly message: string };

/**
 * Renames the npm scope of the packages of a repository: in manifests, imports, the condition of the sources, configurations, the
 * lock file, changesets, examples and documents. A second time it finds nothing to do.
 */
export function renameScope(root: string, scope: string): Renaming {
  const problem = problemOfScope(scope);
  if (problem !== undefined) return refused(problem);
  const { name } = JSON.parse(readFileSync(join(root, "packages/core/package.json"), "utf8")) as { name: string };
  const [from = ""] = name.split("/");
  if (from === scope) return { ok: true, message: `the packages are called ${scope}/… already` };
  if (git(root, "status", "--porcelain") !== "")
    return refused(
      "the work tree has changes that are not committed: commit or stash them, so that `git diff` shows the renaming alone",
    );
  const files = trackedTexts(root);
  const taken = files.find(({ text }) => mentionOf(scope).test(text));
  if (taken !== undefined) return refused(`${scope}/ is in use already, for something else: ${taken.file}`);
  const old = mentionOf(from);
  const changed = files.filter(({ text }) => text.search(old) >= 0);
  for (const { file, text } of changed) writeFileSync(join(root, file), text.replaceAll(old, scope));
  const formatted = format(
    root,
    changed.map(({ file }) => file),
  );
  const next = `${formatted ? "" : "pnpm format, "}pnpm install, bash .ci/run, and commit`;
  return { ok: true, message: `${changed.length} files: ${from}/… is ${scope}/…\nnext: ${next}` };
}

const refused = (message: string): Renaming => ({ ok: false, message });

/** In the form that npm accepts: package names are parts of a URL, in lower case. */
function problemOfScope(scope: string): string | undefined {
  if (/^@[a-z0-9][a-z0-9._-]{0,99}$/.test(scope)) return undefined;
  return `${JSON.stringify(scope)} is no scope: write @ and then lower-case letters, digits, ".", "_" and "-", beginning with a letter or a digit`;
}

/** The scope before a name: `@scope/name`, and `@scope\/name` in a regular expression. */
function mentionOf(scope: string): RegExp {
  return new RegExp(`(?<![\\w.-])${scope.replaceAll(/[.]/g, "\\.")}(?=\\\\?/)`, "g");
}

/** The files in git, without links and binary files. */
function trackedTexts(root: string): { readonly file: string; readonly text: string }[] {
  return git(root, "ls-files", "-z")
    .split("\0")
    .filter((file) => file !== "" && lstatSync(join(root, file)).isFile())
    .flatMap((file) => {
      const bytes = readFileSync(join(root, file));
      return isUtf8(bytes) && !bytes.includes(0) ? [{ file, text: bytes.toString("utf8") }] : [];
    });
}

/** A longer name changes line breaks, and names are sorted in manifests. Returns false if the formatter is not installed. */
function format(root: string, files: readonly string[]): boolean {
  const oxfmt = join(root, "node_modules/.bin/oxfmt");
  if (!existsSync(oxfmt)) return false;
  execFileSync(oxfmt, ["--no-error-on-unmatched-pattern", ...files], { cwd: root });
  return true;
}

function git(root: string, ...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 });
}
