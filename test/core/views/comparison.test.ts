import { describe, expect, test } from "vitest";
import { averagedCurve } from "../../../src/core/views/comparison/comparedCurves";
import type { ComparedRun } from "../../../src/core/views/comparison/comparedRun";
import { comparedRun } from "../../../src/core/views/comparison/comparedRun";
import {
  comparisonData,
  comparisonLatex,
  comparisonMarkdown,
} from "../../../src/core/views/comparison/comparisonExport";
import { comparisonGroups } from "../../../src/core/views/comparison/comparisonGroups";
import type { ComparisonTable, TableOptions } from "../../../src/core/views/comparison/comparisonTable";
import { comparisonTable } from "../../../src/core/views/comparison/comparisonTable";
import { seedBand } from "../../../src/core/views/comparison/seedBand";
import { ColumnTable } from "../../../src/core/views/columnTable";
import { csv } from "../../../src/core/views/csv";
import { RunHistory } from "../../../src/core/views/runHistory";
import { sampleRun } from "../../support/sampleRun";

const run = (variant: string, seed: number, rSum: number, more: Partial<ComparedRun> = {}): ComparedRun => ({
  id: `/runs/${variant}.${seed}.${more.attempt ?? 1}`,
  name: `scenes.${variant}.seed${seed}`,
  experiment: "scenes",
  variant,
  seed,
  attempt: 1,
  standing: "completed",
  settings: { "training.epochs": "20", "image.method.name": variant },
  circumstances: { node: "22" },
  likeness: variant,
  selector: "rSum",
  results: { test: { rSum, medianRank: 500 - rSum } },
  trainableParams: variant === "unipt" ? 331_922 : 98_560,
  trainingBytes: 300 * 2 ** 20,
  seconds: 16,
  epoch: 20,
  ...more,
});

const runs = [
  run("unipt", 0, 400),
  run("unipt", 1, 410),
  run("unipt", 2, 420),
  run("probe", 0, 380),
  run("probe", 1, 385),
  run("probe", 2, 396),
  run("probe", 3, 391),
];
const options: TableOptions = {
  split: "test",
  metric: "rSum",
  metrics: ["rSum", "medianRank"],
  showsAllSettings: false,
};

const cellOf = ({ columns, rows }: ComparisonTable, row: number, id: string) =>
  rows[row]?.cells[columns.findIndex((column) => column.id === id)];

describe("groups of runs", () => {
  test("gather seeds, count the last attempt of each, and keep apart what was set differently", () => {
    const groups = comparisonGroups([
      run("unipt", 1, 410),
      run("unipt", 0, 400),
      run("unipt", 0, 405, { attempt: 2 }),
      run("unipt", 0, 0, { attempt: 3, results: {} }),
      run("unipt", 0, 390, { likeness: "unipt, 40 epochs" }),
    ]);
    expect(groups.map(({ label }) => label)).toEqual(["unipt", "unipt (2)"]);
    expect(groups[0]?.runs.map(({ seed, attempt }) => [seed, attempt])).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 1],
    ]);
    expect(groups[0]?.counted.map(({ seed, attempt }) => [seed, attempt])).toEqual([
      [0, 2],
      [1, 1],
    ]);
  });

  test("name the experiment where there are several", () => {
    const groups = comparisonGroups([run("base", 0, 1), run("base", 0, 1, { experiment: "other", likeness: "other" })]);
    expect(groups.map(({ label }) => label)).toEqual(["scenes · base", "other · base"]);
  });
});

describe("the comparison table", () => {
  const groups = comparisonGroups(runs);

  test("has the settings that differ, or all of them", () => {
    const settings = (showsAllSettings: boolean): readonly string[] =>
      comparisonTable(groups, { ...options, showsAllSettings })
        .columns.filter(({ kind }) => kind === "setting")
        .map(({ name }) => name);
    expect(settings(false)).toEqual(["image.method.name"]);
    expect(settings(true)).toEqual(["training.epochs", "image.method.name"]);
  });

  test("gives mean, deviation and interval over the seeds, and marks the best by the metric's direction", () => {
    const table = comparisonTable(groups, options);
    expect(cellOf(table, 0, "metric:rSum")).toMatchObject({ value: 410, sd: 10, isBest: true });
    // t(0.975, 2) = 4.302653: 10 · 4.302653 / √3.
    expect(cellOf(table, 0, "interval:rSum")?.interval?.[0]).toBeCloseTo(410 - 24.8414, 3);
    expect(cellOf(table, 0, "metric:medianRank")).toMatchObject({ value: 90, isBest: true });
    expect(cellOf(table, 1, "metric:medianRank")?.isBest).toBeUndefined();
    expect(cellOf(table, 1, "count:seeds")).toEqual({ value: 4, outOf: 4 });
  });

  test("compares with a baseline over the seeds that both have", () => {
    const probe = groups[1]?.key ?? "";
    const table = comparisonTable(groups, { ...options, baseline: probe });
    expect(cellOf(table, 0, "difference:rSum")).toMatchObject({ pairs: 3 });
    expect(cellOf(table, 0, "difference:rSum")?.value).toBeCloseTo((20 + 25 + 24) / 3, 9);
    // All three differences have one sign: 2 of 8 flips are as extreme.
    expect(cellOf(table, 0, "pValue:rSum")).toEqual({ value: 0.25, pairs: 3 });
    expect(cellOf(table, 1, "difference:rSum")).toEqual({});
    expect(table.rows.map(({ isBaseline }) => isBaseline)).toEqual([false, true]);
  });

  test("sorts groups and the runs within them, and what has no value last", () => {
    const some = comparisonGroups([...runs, run("new", 0, 0, { results: {} })]);
    const order = (column: string, isDescending: boolean): readonly string[] =>
      comparisonTable(some, { ...options, sort: { column, isDescending } }).rows.map(({ group }) => group.label);
    expect(order("metric:rSum", false)).toEqual(["probe", "unipt", "new"]);
    expect(order("metric:rSum", true)).toEqual(["unipt", "probe", "new"]);
    expect(order("name", false)).toEqual(["new", "probe", "unipt"]);
    const sorted = comparisonTable(some, { ...options, sort: { column: "metric:rSum", isDescending: true } });
    expect(sorted.rows[1]?.runs.map(({ run: { seed } }) => seed)).toEqual([2, 3, 1, 0]);
  });

  test("says that seeds do not agree, and leaves repeated seeds out of the figures", () => {
    const mixed = comparisonGroups([
      run("unipt", 0, 400, { circumstances: { node: "20" } }),
      run("unipt", 1, 410),
      run("unipt", 1, 500, { attempt: 2 }),
    ]);
    const table = comparisonTable(mixed, options);
    expect(cellOf(table, 0, "circumstance:node")).toEqual({ isVarying: true });
    expect(cellOf(table, 0, "metric:rSum")).toMatchObject({ value: 450 });
    expect(table.rows[0]?.runs.map(({ isRepeated }) => isRepeated)).toEqual([false, true, false]);
  });
});

describe("the table as a file", () => {
  const table = comparisonTable(comparisonGroups(runs), options);
  const texts = {
    name: "Variant",
    note: "Mean ± sd, 50% of_it",
    varies: "varies",
    column: ({ name }: { readonly name: string }) => name,
  };

  test("in Markdown: best bold, deviations, words left and figures right", () => {
    const lines = comparisonMarkdown(table, texts).split("\n");
    expect(lines[0]).toBe(
      "| Variant | seeds | rSum | rSum | medianRank | trainableParams | trainingBytes | predictedBytes | seconds | image.method.name |",
    );
    expect(lines[1]).toMatch(/^\| --- \| ---: \|.* --- \|$/);
    expect(lines[2]).toContain("| unipt | 3 | **410.0** ± 10.0 | 385.2 … 434.8 | **90.0** ± 10.0 | 331,922 |");
    expect(lines[3]).toContain("| 388.0 ± 7.0 |");
    expect(comparisonMarkdown(table, { ...texts, note: "a|b" })).toContain("a\\|b");
  });

  test("in LaTeX: best bold, and nothing that LaTeX would take for its own", () => {
    const text = comparisonLatex(table, { ...texts, column: ({ name }) => `${name}_% → &` });
    expect(text).toContain("\\begin{tabular}{lrrrrrrrrl}");
    expect(text).toContain("rSum\\_\\% $\\rightarrow$ \\&");
    expect(text).toContain("\\textbf{410.0} $\\pm$ 10.0");
    expect(text).toContain("\\caption{Mean $\\pm$ sd, 50\\% of\\_it}");
  });

  test("as CSV: groups and runs, in full precision", () => {
    const lines = csv(comparisonData(table)).trimEnd().split("\r\n");
    expect(lines[0]).toBe(
      "row,group,seed,run,seeds,rSum,rSum sd,rSum 95% low,rSum 95% high,medianRank,medianRank sd," +
        "trainableParams,trainingBytes,trainingBytes sd,predictedBytes,predictedBytes sd,seconds,seconds sd,setting:image.method.name",
    );
    expect(lines).toHaveLength(1 + 2 + 7);
    expect(lines[1]).toMatch(/^group,unipt,,,3,410,10,385\.1586/);
    expect(lines[2]).toBe("run,unipt,0,scenes.unipt.seed0,,400,,,,100,,331922,314572800,,,,16,,unipt");
  });
});

describe("curves", () => {
  test("of few points are as they were; of many, averages over stretches without what is not finite", () => {
    const table = new ColumnTable();
    for (let i = 0; i < 4_000; i++) table.append({ step: i + 1, epoch: 0, seconds: i, loss: i === 2 ? Number.NaN : i });
    const curve = averagedCurve(table, "loss");
    expect(curve.y).toHaveLength(1_000);
    expect([curve.y[0], curve.y[1], curve.step[0]]).toEqual([(0 + 1 + 3) / 3, 5.5, 2.5]);
    const few = averagedCurve(table, "loss", (row) => row < 3);
    expect([...few.y]).toEqual([0, 1, Number.NaN]);
  });

  test("seeds give a mean and a band; a shorter one counts as far as it goes", () => {
    const curve = (...points: (readonly [number, number])[]) => ({
      x: Float64Array.from(points, ([x]) => x),
      y: Float64Array.from(points, ([, y]) => y),
    });
    const band = seedBand([curve([1, 4], [2, 2], [3, 1]), curve([1, 6], [2, 4]), curve([1, 5], [3, 3])]);
    expect([...band.x]).toEqual([1, 2, 3]);
    expect([...band.mean]).toEqual([5, (2 + 4 + 4) / 3, 2]);
    expect(band.high[0]).toBeCloseTo(6, 12);
    expect(band.low[2]).toBeCloseTo(2 - Math.SQRT2, 12);
    expect([...seedBand([curve([1, 4])]).low]).toEqual([4]);
    expect(seedBand([]).x).toHaveLength(0);
  });
});

describe("what a comparison knows of a run", () => {
  const identity = { experiment: "emoji-scenes", variant: "unipt", seed: 0, attempt: 1 };
  const read = (until?: number) => {
    const { manifest, records, summary } = sampleRun(until === undefined ? {} : { until });
    const history = new RunHistory("rSum");
    history.apply({ kept: 0, added: records });
    const standing = summary ? "completed" : "running";
    const context = { name: "x", directory: "/x", standing, manifest, summary, damagedLines: 0 } as const;
    return { compared: comparedRun(history, context, identity), summary };
  };

  test("ended: results of the best checkpoint on every split, memory and parameters", () => {
    const { compared, summary } = read();
    expect(compared.results.test?.["rSum"]).toBe(summary?.metrics.test?.["rSum"]);
    expect(compared.results.val?.["rSum"]).toBe(summary?.best?.value);
    expect(compared.trainableParams).toBe(331_922);
    expect(compared.predictedBytes).toBe(148 * 2 ** 20);
    expect(compared.trainingBytes).toBeGreaterThan(310 * 2 ** 20);
    expect(compared.confidence?.byModality["image"]).toHaveLength(3);
    expect(compared.settings["image.method.reductionFactor"]).toBe("2");
    expect(compared.progress).toBeUndefined();
  });

  test("under way: the best so far, and how far it is", () => {
    const { compared } = read(40);
    expect(compared.progress).toBe(0.5);
    expect(compared.results.test).toBeUndefined();
    expect(compared.results.val?.["rSum"]).toBeGreaterThan(0);
  });
});
