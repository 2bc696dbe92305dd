import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

/**
 * Modules of undici that no request of ours reaches, a sixth of what a task's bundle would be: what makes a body of a
 * form, as ours are bytes and texts, and the parser for processors without SIMD, which every arm64 and x64 of Lambda
 * has. Whatever asks for one all the same fails with its name.
 */
const NEVER_LOADED = ['../web/fetch/body.js', '../web/fetch/formdata', '../web/webidl', '../llhttp/llhttp-wasm.js'];

/**
 * Modules that are loaded and never called: HTTP/2, which the transport switches off (Node's own part of it takes 4 ms
 * to load), and what judges the entities of a document type, which is refused before an XML parser sees it.
 */
const NEVER_CALLED = ['./client-h2.js', 'is-unsafe'];
// The directive again, because esbuild's own no longer comes first, and our modules are strict ones.
const STAND_IN =
  `"use strict";require=(load=>name=>${JSON.stringify(NEVER_CALLED)}.includes(name)` +
  '?()=>{throw new Error(name+" is not in this bundle.")}:load(name))(require);';

/**
 * How a handler is bundled: everything that it needs in one file, and as little else as possible, because a cold start
 * reads and compiles all of it (docs/benchmarks.md).
 */
export const HANDLER_BUNDLING: BundlingOptions = {
  // An ES module that imports a module of Node makes it evaluate everything that it exports: Node's own undici with
  // `node:http`, Web Crypto with `node:crypto`. That takes 3 ms of 37 in a task, 20 of 91 in the API with its client of AWS.
  format: OutputFormat.CJS,
  target: 'node24',
  mainFields: ['module', 'main'],
  // Nothing is taken from the runtime: what was tested is what runs.
  externalModules: [...NEVER_LOADED, ...NEVER_CALLED],
  banner: STAND_IN,
  define: {
    // What undici asks for when Node itself bundles it: its second HTTP parser stays out, 148 KiB. It is off by default,
    // so unbundled the first one parses too, and copies a part for a seventh less CPU.
    esbuildDetection: 'true',
    // Where undici looks whether it needs the parser without SIMD.
    'process.env.JEST_WORKER_ID': 'undefined',
    'process.env.UNDICI_NO_WASM_SIMD': '"0"',
  },
  // No source map and no names of functions: each made the loading a tenth longer, and an error here is a name and a
  // sentence. A position in a stack is that of the same commit bundled again, with a source map.
  minify: true,
  keepNames: false,
  sourceMap: false,
};
