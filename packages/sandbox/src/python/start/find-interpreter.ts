import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { cacheKeyOf, PreparedCache } from "../../cache/prepared-cache.ts";
import { pythonTools } from "../../cache/preparing-tools.ts";
import { fromPieces, toPieces } from "../kept-interpreter.ts";
import type { PreparedInterpreter } from "../interpreter-instance.ts";
import type { StartSetup } from "../messages.ts";

/**
 * The interpreter, prepared: from the cache, or prepared now.
 *
 * @throws IceError `ICE_SANDBOX_DENIED` for a file that is not the one it should be.
 */
export async function findInterpreter({ file, sha256, cache }: StartSetup): Promise<PreparedInterpreter> {
  const kept = cache && new PreparedCache(cache.folder, { required: cache.required });
  const key = cacheKeyOf(sha256, await pythonTools());
  const found = await kept?.get(key);
  if (found !== undefined) return fromPieces(found);
  // What only preparing needs is read only for that.
  const [{ IceError }, { prepareInterpreter }] = await Promise.all([
    import("@ice/core"),
    import("../prepare-interpreter.ts"),
  ]);
  const bytes = await readFile(new URL(file));
  if (createHash("sha256").update(bytes).digest("hex") !== sha256)
    throw new IceError("ICE_SANDBOX_DENIED", "The Python interpreter is not the file named in its package.", {
      fix: "install @ice/sandbox-python again",
    });
  const guest = await readFile(new URL("../../../python/guest.py", import.meta.url), "utf8");
  const { prepared, metered } = await prepareInterpreter(bytes, guest);
  await kept?.put(key, toPieces(prepared, metered));
  return prepared;
}
