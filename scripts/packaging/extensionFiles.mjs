import { existsSync } from "node:fs";
import { join } from "node:path";
import { mapped } from "./files.mjs";

/** Bundles that only the build itself uses. */
const buildOnly = new Set(["samples.js"]);
/** Sources of pictures, which only README shows, from the repository. */
const pagesOnly = new Set(["demo.svg", "icon.svg"]);

/**
 * The positive list: what goes into the extension, other than native packages and what the packager writes itself. Whatever is
 * not named here stays out.
 * @returns files as `{ from, to }`
 */
export function extensionFiles(root) {
  const single = (path, to = path) => (existsSync(join(root, path)) ? [{ from: join(root, path), to }] : []);
  return [
    ...single("README.md"),
    ...single("CHANGELOG.md"),
    ...single("LICENSE"),
    ...single("package.nls.json"),
    ...mapped(join(root, "l10n"), "l10n", (path) => path.endsWith(".json")),
    ...mapped(
      join(root, "media"),
      "media",
      (path) => path === "icon.png" || (/\.(svg|md)$/.test(path) && !pagesOnly.has(path)),
    ),
    ...mapped(join(root, "dist"), "dist", (path) => {
      if (path.startsWith("sample/") || path.startsWith("selfcheck/")) return true;
      return /^([\w.-]+|pieces\/[^/]+|webview\/[^/]+)\.(js|css|json|ttf)$/.test(path) && !buildOnly.has(path);
    }),
  ];
}
