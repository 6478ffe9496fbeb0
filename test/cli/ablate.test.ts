import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Budget } from "../../src/core/experiment/forecast";
import type { AblationTable } from "../../src/core/views/ablationTable";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { readManifest, readSummary } from "../../src/store/runListing";
import { type CliResult, TestCli } from "../support/cli";
import { type TinyExperiment, writeTinyExperiment } from "../support/tinyExperiment";
import { eventsOf } from "../support/watchEvents";
import { retrievalConfig } from "../support/retrievalConfig";

let cli: TestCli;
let root: string;

beforeAll(async () => {
  cli = await TestCli.bundle();
  root = await mkdtemp(join(tmpdir(), "unipt-ablate-"));
}, 120_000);

afterAll(async () => {
  await cli.remove();
  await rm(root, { recursive: true, force: true });
});

const lastLine = (text: string): unknown => JSON.parse(text.trim().split("\n").at(-1)!);

async function shortExperiment(name: string): Promise<TinyExperiment> {
  const folder = join(root, name);
  await mkdir(folder);
  return writeTinyExperiment(folder, (config) => ({ ...config, training: { ...config.training, epochs: 2 } }));
}

describe("unipt ablate", () => {
  let experiment: TinyExperiment;
  let first: CliResult;
  const axes = ["--axis", "leaveOneLayerOut", "--axis", "reduction-factor=2,4", "--seeds", "0,1"];
  const runNames = async (): Promise<string[]> =>
    (await readdir(join(experiment.directory, "runs"))).filter((name) => name.startsWith("tiny.")).sort();
  const cacheEntries = async (): Promise<string[]> =>
    (await readdir(join(experiment.directory, ".unipt", "features")))
      .filter((name) => /^[0-9a-f]{32}$/.test(name))
      .sort();

  beforeAll(async () => {
    experiment = await shortExperiment("sweep");
    first = await cli.run("ablate", experiment.file, ...axes, "--json");
  }, 120_000);

  test("trains every cell with every seed and gives the table as JSON", async () => {
    expect(first.code, first.stderr).toBe(0);
    const { metric, rows } = lastLine(first.stdout) as AblationTable;
    expect(metric).toBe("rSum");
    expect(rows.map(({ cell, changes, seeds }) => [cell, changes, seeds])).toEqual([
      ["unipt", {}, [0, 1]],
      ["without-layer-0", { "leave-one-layer-out": "without 0 (stage1)" }, [0, 1]],
      ["without-layer-1", { "leave-one-layer-out": "without 1 (stage2)" }, [0, 1]],
      ["r4", { "reduction-factor": "4" }, [0, 1]],
    ]);
    expect(rows.filter(({ isBase }) => isBase)).toHaveLength(1);
    for (const row of rows) {
      expect(row.metrics["rSum"]!.n).toBe(2);
      expect(row.peakRssBytes).toBeGreaterThan(30e6);
      if (!row.isBase) expect(row.difference).toMatchObject({ pairs: 2 });
    }
    const means = rows.map((row) => row.metrics["rSum"]!.mean);
    const best = rows.filter((row) => row.best.includes("rSum")).map((row) => row.metrics["rSum"]!.mean);
    expect(new Set(best)).toEqual(new Set([Math.max(...means)]));
    expect(await runNames()).toHaveLength(8);
  });

  test("says beforehand what it will take", () => {
    expect(first.stderr).toMatch(/Left out: reduction-factor 2: the same settings as "unipt"/);
    expect(first.stderr).toMatch(
      /8 runs: about .* of extraction and .* of training, .* of features and .* of checkpoints to write/,
    );
  });

  test("extracts the features of each side once for all cells", async () => {
    expect(await cacheEntries()).toHaveLength(2);
    const run = join(experiment.directory, "runs", "tiny.without-layer-0.seed0");
    const { confidence } = await readSummary(nodeFileSystem, run);
    expect(confidence!.byModality["image"]!.map(({ layer }) => layer)).toEqual(["stage2"]);
    const progress = (await eventsOf(run)).filter(({ type }) => type === "extractionProgress");
    expect(progress).toEqual([]);
    expect(retrievalConfig((await readManifest(nodeFileSystem, run)).config).image.layers).toEqual([1, 2]);
  });

  test("finished cells are not run again, and the table is the same", async () => {
    const again = await cli.run("ablate", experiment.file, ...axes, "--json");
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain("Every run is finished already.");
    expect(lastLine(again.stdout)).toEqual(lastLine(first.stdout));
    expect(await runNames()).toHaveLength(8);
  });

  test("another axis trains the missing cells only, in the file's own words or by path, as Markdown", async () => {
    const more = await cli.run(
      ...[
        "ablate",
        experiment.file,
        "--set",
        "training.optimizer.learningRate=0.01,0.02",
        "--axis",
        "reduction-factor=4",
      ],
      ...["--seeds", "0,1", "--format", "markdown"],
    );
    expect(more.code, more.stderr).toBe(0);
    expect(more.stderr).toMatch(/^2 runs: about/m);
    const lines = more.stdout.trim().split("\n");
    expect(lines[0]).toMatch(/^\| cell \| seeds \| Image → text R@1 \|.*\| Δ rSum \| p \|/);
    expect(lines.slice(2, 5).map((line) => line.split(" | ")[0])).toEqual([
      "| unipt (base)",
      "| r4",
      "| learning-rate-0-02",
    ]);
    expect(more.stdout).toMatch(/\*\*[\d.]+\*\* ± /);
    expect(await runNames()).toHaveLength(10);
    expect(await cacheEntries()).toHaveLength(2);
  });

  test("a dry run of a grid plans and writes nothing", async () => {
    const args = [
      "--axis",
      "interaction=none",
      "--axis",
      "aggregation=uniform,static",
      "--grid",
      "--dry-run",
      "--json",
    ];
    const planned = await cli.run("ablate", experiment.file, ...args);
    expect(planned.code, planned.stderr).toBe(0);
    const { cells, runs, budget } = lastLine(planned.stdout) as {
      cells: { name: string }[];
      runs: { state: string }[];
      budget: Budget;
    };
    expect(cells.map(({ name }) => name)).toEqual([
      "unipt",
      "interaction-none-aggregation-mean",
      "interaction-none-aggregation-static",
    ]);
    expect(runs.map(({ state }) => state)).toEqual(["finished", "new", "new"]);
    expect(budget).toMatchObject({ runs: 2, featureBytes: 0, extractSeconds: 0 });
    expect(budget.trainSeconds).toBeGreaterThan(0);
    expect(await runNames()).toHaveLength(10);
  });

  test("LaTeX has its rows and its bold best", async () => {
    const { code, stdout, stderr } = await cli.run("ablate", experiment.file, ...axes, "--format", "latex");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/\\begin\{tabular\}\{lr+\}/);
    expect(stdout).toMatch(/without-layer-0 & 2 & .*\\textbf|\\textbf\{[\d.]+\} \$\\pm\$/);
    expect(stdout).toContain("\\bottomrule");
  });

  test.each([
    [
      ["--axis", "text.interaction"],
      /Axis "interaction" is an option of UniPT, but "text\.method" is "linear-probe"\./,
    ],
    [["--axis", "leave-one-layer-out=7"], /There is no layer 7 to choose; those of this side are 0, 1/],
    [
      ["--set", "training.epochs=none"],
      /Axis "training\.epochs": "training\.epochs" is "none"; change it to a whole number/,
    ],
    [[], /An ablation needs an axis/],
  ])("%s is refused in a sentence", async (args, sentence) => {
    const { code, stdout, stderr } = await cli.run("ablate", experiment.file, ...args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe("a choice of layers", () => {
  let experiment: TinyExperiment;

  beforeAll(async () => {
    experiment = await shortExperiment("layers");
    const stages = { "image.method": { name: "stages-probe", embedDim: 16 } };
    const chosen = { "image.layers": [0, 2] };
    const tapped = { "image.backbone.hiddenStates": ["stage1", "stage3"] };
    const config = {
      ...experiment.config,
      variants: {
        plain: {},
        all: { "image.layers": [0, 1, 2] },
        chosen,
        tapped,
        "stages-chosen": { ...stages, ...chosen },
        "stages-tapped": { ...stages, ...tapped },
      },
    };
    await writeFile(experiment.file, JSON.stringify(config));
    const { code, stderr } = await cli.run("run", experiment.file);
    expect(code, stderr).toBe(0);
  }, 120_000);

  /** Everything that training and test come to: losses step by step, metrics, confidence by layer. */
  async function course(variant: string): Promise<object> {
    const directory = join(experiment.directory, "runs", `tiny.${variant}.seed0`);
    const losses = (await eventsOf(directory)).flatMap((event) => (event.type === "stepEnd" ? [event.loss] : []));
    const { metrics, confidence, trainableParams } = await readSummary(nodeFileSystem, directory);
    expect(losses.length).toBeGreaterThan(5);
    return { losses, metrics, confidence, trainableParams };
  }

  test("of all is what there is without a choice, to the last bit", async () => {
    expect(await course("all")).toEqual(await course("plain"));
  });

  test.each(["", "stages-"])("%strains as if only these had been tapped, to the last bit", async (method) => {
    const chosen = await course(`${method}chosen`);
    expect(chosen).toEqual(await course(`${method}tapped`));
    expect(chosen).not.toEqual(await course("plain"));
  });

  test("keeps the names of the layers", async () => {
    const { confidence } = (await course("chosen")) as {
      confidence: { byModality: Record<string, { layer: string }[]> };
    };
    expect(confidence.byModality["image"]!.map(({ layer }) => layer)).toEqual(["stage1"]);
  });

  test("of a layer that is not tapped is refused", async () => {
    const text = await readFile(experiment.file, "utf8");
    await writeFile(experiment.file, text.replace('"image.layers":[0,1,2]', '"image.layers":[0,3]'));
    const { code, stderr } = await cli.run("run", experiment.file, "--variant", "all");
    expect(code).toBe(2);
    expect(stderr).toMatch(/"image\.layers" asks for layer 3, but 3 hidden states are tapped; use 0 to 2\./);
  });
});
