// Takes README's screenshots in the real workbench, on the sample's finished runs: media/dashboard.png, layer-lens.png,
// compare.png, results.png, backbone.png.
//   node scripts/screenshots.mjs       after npm run build and node scripts/makeSample.mjs
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { hasWorkbench, installWorkbench } from "../test/workbench/install.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const largestBytes = 400_000;

if (!hasWorkbench)
  throw new Error("Screenshots need the VS Code server, which runs on Linux with an x64 processor only.");
installWorkbench();
const { openSession } = await import("../test/workbench/lib/session.mjs");
const { choose, chooseAll, runCommand, setTheme, showSidebar, webview } =
  await import("../test/workbench/lib/workbench.mjs");

const session = await openSession({
  viewport: { width: 1400, height: 900 },
  workspace: { from: `${root}.cache/sample` },
});
const { page } = session;
try {
  await setTheme(page, "Dark Modern");
  await showSidebar(page, "UniPT");
  await runCommand(page, "UniPT: Open Run Dashboard");
  await choose(page, "unipt · seed 1");
  await take("dashboard", "emoji-scenes.unipt.seed1", /Completed/);
  await runCommand(page, "UniPT: Inspect Aggregation Weights");
  await choose(page, "unipt · seed 1");
  await take("layer-lens", "emoji-scenes.unipt.seed1", /expanded_conv/);
  await runCommand(page, "UniPT: Compare Runs");
  await chooseAll(page);
  await take("compare", "ompar", /linear-probe/);
  await runCommand(page, "UniPT: Browse Results");
  await choose(page, "unipt · seed 1");
  await take("results", "Results", /Right answer/);
  await runCommand(page, "UniPT: Explore Backbone");
  await choose(page, "centernet");
  await take("backbone", "centernet", /Cache:/);
} finally {
  await session.close();
}

/** Saves what is seen when a panel says what it is waited for. */
async function take(name, title, pattern) {
  const frame = await webview(page, title);
  await frame.locator("body", { hasText: pattern }).waitFor({ timeout: 120_000 });
  await frame.evaluate("Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)))");
  // Charts are drawn in the frame after their data came.
  await frame.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  const png = await sharp(await page.screenshot())
    .png({ palette: true, compressionLevel: 9 })
    .toBuffer();
  if (png.byteLength > largestBytes) throw new Error(`${name}.png has ${png.byteLength} bytes.`);
  writeFileSync(`${root}media/${name}.png`, png);
  console.log(`media/${name}.png  ${(png.byteLength / 1000).toFixed(0)} kB`);
}
