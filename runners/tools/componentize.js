// node componentize.js SOURCE WIT WORLD OUT [http]: a component of a JavaScript module and all that it imports, with `fetch` if it
// is to have HTTP. STILL in the environment is the library made of still.c.

import { componentize } from "@bytecodealliance/componentize-js";
import WIZER from "@bytecodealliance/wizer";
import { writeFile } from "node:fs/promises";

const [sourcePath, witPath, worldName, out, http] = process.argv.slice(2);
const { PATH, STILL } = process.env;
const { component } = await componentize({
  sourcePath,
  witPath,
  worldName,
  disableFeatures: http === undefined ? ["http", "fetch-event"] : ["fetch-event"],
  wizerBin: new URL("wizer.py", import.meta.url).pathname,
  env: { PATH, STILL, WIZER },
});
await writeFile(out, component);
