/** The parts of undici that are imported one by one; the package declares the types of all at once. */
declare module 'undici/lib/dispatcher/agent.js' {
  // biome-ignore lint/style/noDefaultExport: it is how a CommonJS module is seen.
  export { Agent as default } from 'undici';
}

declare module 'undici/lib/core/errors.js' {
  import { errors } from 'undici';
  // biome-ignore lint/style/noDefaultExport: it is how a CommonJS module is seen.
  export default errors;
}
