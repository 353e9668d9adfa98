import { fileURLToPath } from "node:url";

/** The folder of the page: `index.html`, and the files that it names in `assets/`. It is there once the package is built. */
export const assetsFolder: string = fileURLToPath(new URL("../dist/page", import.meta.url));
