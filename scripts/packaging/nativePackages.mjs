import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mapped, readJson } from "./files.mjs";
import { platformOf } from "./targets.mjs";

/** Where the packages that are not bundled lie in the extension: the bundles in `dist` find them there. */
const PLACE = "dist/node_modules";

/** On macOS the library lies there twice: the binding loads it as `libonnxruntime.1.dylib`; this is the same under its full version. */
const isCopiedLibrary = /\/libonnxruntime\.\d+\.\d+\.\d+\.dylib$/;

/**
 * ONNX Runtime, sharp and what they load, with the binaries of one platform only.
 * @returns files as `{ from, to }`, and the packages they belong to as `{ name, folder }`
 */
export function nativePackages(root, target) {
  const { os, cpu } = platformOf(target);
  const modules = join(root, "node_modules");
  const sharpBinaries = sharpBinariesOf(root, target);
  const isScript = (path) => /\.(js|cjs|json)$/.test(path);
  const parts = [
    ["onnxruntime-node", modules, (path) => path === "package.json" || /^dist\/[^/]*\.js$/.test(path)],
    [
      "onnxruntime-node",
      modules,
      (path) => path.startsWith(`bin/napi-v6/${os}/${cpu}/`) && !isCopiedLibrary.test(path),
    ],
    // Its ES modules are told from the others by the package.json in dist/cjs, without which nothing is found.
    ["onnxruntime-common", modules, (path) => path === "package.json" || /^dist\/cjs\/.*\.js(on)?$/.test(path)],
    ["sharp", modules, (path) => path === "package.json" || /^dist\/.*\.[cm]js$/.test(path)],
    ["@img/colour", modules, isScript],
    ["detect-libc", modules, isScript],
    ["semver", modules, isScript],
    ...sharpBinaries.map(([name, folder]) => [name, folder, (path) => !/\.(h|md|pc)$/i.test(path) || isLicence(path)]),
  ];
  const files = parts.flatMap(([name, folder, isWanted]) =>
    mapped(join(folder, name), `${PLACE}/${name}`, (path) => isWanted(path) && !path.endsWith(".map")),
  );
  const folders = new Map(parts.map(([name, folder]) => [name, join(folder, name)]));
  return { files, packages: [...folders].map(([name, folder]) => ({ name, folder })) };
}

function isLicence(path) {
  return /^(licen[cs]e|readme|notice)/i.test(path);
}

/** sharp's binary packages of a platform: those installed here, or fetched into the cache. @returns pairs of name and folder above */
function sharpBinariesOf(root, target) {
  const { os, cpu } = platformOf(target);
  const { version, optionalDependencies } = readJson(join(root, "node_modules/sharp/package.json"));
  const names = Object.keys(optionalDependencies).filter((name) => name.endsWith(`-${os}-${cpu}`));
  const installed = join(root, "node_modules");
  if (names.every((name) => existsSync(join(installed, name)))) return names.map((name) => [name, installed]);
  const cache = join(root, ".cache/native", `sharp-${version}-${target}`);
  if (!existsSync(cache)) fetch(cache, { os, cpu, version });
  return names.map((name) => [name, join(cache, "node_modules")]);
}

function fetch(cache, { os, cpu, version }) {
  const partial = `${cache}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, "package.json"), JSON.stringify({ private: true, dependencies: { sharp: version } }));
  const platform = ["--os", os, "--cpu", cpu, ...(os === "linux" ? ["--libc", "glibc"] : [])];
  const quiet = ["--ignore-scripts", "--no-package-lock", "--no-fund", "--no-audit", "--loglevel=error"];
  const { status } = spawnSync("npm", ["install", ...platform, ...quiet], {
    cwd: partial,
    stdio: ["ignore", process.stderr, "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`sharp ${version} for ${os}-${cpu} could not be fetched.`);
  renameSync(partial, cache);
}
