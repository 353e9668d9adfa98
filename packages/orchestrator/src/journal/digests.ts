import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Digests } from "@ice/core/internal";

/** The digests of Node. */
export const digests: Digests = {
  createSha256: () => createHash("sha256"),
  sha256: (content) => createHash("sha256").update(content).digest("hex"),
  crc32,
};
