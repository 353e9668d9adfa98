import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { createRowEncoding, type Digests } from "@ice/core/internal";

/** The digests of Node. */
export const digests: Digests = {
  createSha256: () => createHash("sha256"),
  sha256: (content) => createHash("sha256").update(content).digest("hex"),
  crc32,
};

/** How rows are written and read. */
export const encoding = createRowEncoding(digests);
