// Puts the demo's real results into README.md and draws media/demo.svg and media/demo.png:  npm run demo -- --json | node scripts/demoReport.mjs
import { readFileSync, writeFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
const { runs } = JSON.parse(readFileSync(0, "utf8").trim().split("\n").at(-1));

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values) =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / Math.max(1, values.length - 1));

const methods = Object.entries(Object.groupBy?.(runs, (run) => run.method) ?? group(runs)).map(([name, ofMethod]) => {
  const column = (pick) => ofMethod.map(pick);
  return {
    name,
    seeds: ofMethod.length,
    imageToText: column((run) => run.metrics.imageToText.recallAt1),
    textToImage: column((run) => run.metrics.textToImage.recallAt1),
    rSum: column((run) => run.metrics.rSum),
    params: ofMethod[0].trainableParams,
    peakMiB: mean(column((run) => run.peakRssBytes)) / 2 ** 20,
    seconds: mean(column((run) => run.seconds.train)),
    confidence:
      ofMethod[0].confidence && ofMethod[0].confidence.map((_, layer) => mean(column((run) => run.confidence[layer]))),
  };
});
methods.sort((a, b) => mean(a.rSum) - mean(b.rSum));

function group(list) {
  const groups = {};
  for (const run of list) (groups[run.method] ??= []).push(run);
  return groups;
}

const spread = (values) => `${mean(values).toFixed(1)} ± ${deviation(values).toFixed(1)}`;
const { seeds } = methods[0];
const unipt = methods.find((method) => method.confidence);
const table = [
  "| method (image side) | R@1 image → text | R@1 text → image | rSum | trainable parameters | training time | peak memory |",
  "| --- | --- | --- | --- | --- | --- | --- |",
  ...methods.map(
    (m) =>
      `| ${m.name} | ${spread(m.imageToText)} | ${spread(m.textToImage)} | ${spread(m.rSum)} | ${m.params.toLocaleString("en")} | ${m.seconds.toFixed(1)} s | ${m.peakMiB.toFixed(0)} MiB |`,
  ),
  "",
  `Test split, mean ± standard deviation over ${seeds} seeds; memory is the measured high-water mark of each run's own process, feature extraction included where that run did it. UniPT's mean confidence over the test set: ${unipt.confidence.map((share, layer) => `stage ${["1", "2", "4"][layer] ?? layer} ${(100 * share).toFixed(0)} %`).join(", ")} (stage 6 is the guide).`,
].join("\n");

const readmePath = new URL("README.md", root);
const readme = readFileSync(readmePath, "utf8");
const marked = /<!-- demo:begin -->[\s\S]*<!-- demo:end -->/;
writeFileSync(readmePath, readme.replace(marked, `<!-- demo:begin -->\n\n${table}\n\n<!-- demo:end -->`));
writeFileSync(new URL("media/demo.svg", root), picture());
await import("./renderImages.mjs");

function picture() {
  const [width, height, left, top, row] = [860, 300, 130, 64, 44];
  const scale = (value) => (value / 600) * 330;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="14" role="img" aria-label="rSum by method and UniPT's confidence per stage">`,
    `<rect width="${width}" height="${height}" rx="10" fill="#fbfbfd" stroke="#d9dce3"/>`,
    `<text x="24" y="34" font-size="17" font-weight="600" fill="#1f2430">rSum on held-out combinations (of 600)</text>`,
    `<text x="590" y="34" font-size="17" font-weight="600" fill="#1f2430">UniPT’s layer confidence</text>`,
  ];
  methods.forEach((method, index) => {
    const y = top + index * row;
    const value = mean(method.rSum);
    const sd = deviation(method.rSum);
    const colour = method === unipt ? "#0a66c2" : "#9aa4b5";
    parts.push(
      `<text x="${left - 10}" y="${y + 20}" text-anchor="end" fill="#1f2430">${method.name}</text>`,
      `<rect x="${left}" y="${y + 4}" width="${scale(value).toFixed(1)}" height="24" rx="3" fill="${colour}"/>`,
      `<path d="M${left + scale(value - sd)} ${y + 16}H${left + scale(value + sd)}" stroke="#1f2430" stroke-width="1.5"/>`,
      `<text x="${left + scale(value + sd) + 8}" y="${y + 21}" fill="#1f2430">${value.toFixed(0)} ± ${sd.toFixed(0)}</text>`,
    );
  });
  unipt.confidence.forEach((share, layer) => {
    const y = top + layer * row;
    parts.push(
      `<text x="590" y="${y + 20}" fill="#1f2430">stage ${["1", "2", "4"][layer] ?? layer}</text>`,
      `<rect x="650" y="${y + 4}" width="${(share * 140).toFixed(1)}" height="24" rx="3" fill="#0a66c2"/>`,
      `<text x="${650 + share * 140 + 8}" y="${y + 21}" fill="#1f2430">${(100 * share).toFixed(0)} %</text>`,
    );
  });
  parts.push(
    `<text x="24" y="${height - 44}" font-size="12" fill="#555d6b">Emoji scenes: 480 training and 160 test pairs, ${seeds} seeds, bars are means, lines ± one standard deviation.</text>`,
    `<text x="24" y="${height - 24}" font-size="12" fill="#555d6b">Confidence is the mean over the test set. It says what the gate weighs, not what a layer is worth: leave layers out to learn that.</text>`,
    "</svg>",
  );
  return `${parts.join("\n")}\n`;
}
