import { fileURLToPath } from 'node:url';

/** Where processes of the tests keep compiled modules: hundreds of them load the same ones. `npm ci` empties it. */
export const COMPILE_CACHE = fileURLToPath(new URL('../node_modules/.cache/node-compile-cache', import.meta.url));
