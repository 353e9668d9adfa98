import { createRowEncoding } from "@ice/core/internal";
import { digests } from "../digests.ts";

/** How rows are written and read. */
export const encoding = createRowEncoding(digests);
