// How long Node takes to read and compile what the extension's main file requires at once; `vscode` itself is left out.
const { statSync } = require("node:fs");
const Module = require("node:module");

const anything = () =>
  new Proxy(class {}, { get: (target, name) => (name in target ? target[name] : anything()), apply: () => anything() });
const load = Module._load;
Module._load = (request, ...rest) => (request === "vscode" ? anything() : load(request, ...rest));

const start = performance.now();
require(process.argv[2]);
const milliseconds = performance.now() - start;
const files = Object.keys(require.cache).filter((path) => path !== __filename);
const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
process.stdout.write(JSON.stringify({ milliseconds, files: files.length, bytes }));
