import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/core/experiment/safetensors";
import type { ResultObject } from "../../src/cli/resultJson";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { readManifest, readSummary } from "../../src/store/runListing";
import { type CliResult, TestCli } from "../support/cli";
import { type TinyExperiment, writeTinyExperiment } from "../support/tinyExperiment";
import { eventsOf } from "../support/watchEvents";

let cli: TestCli;
let folder: string;
let experiment: TinyExperiment;
let result: CliResult;

beforeAll(async () => {
  cli = await TestCli.bundle();
  folder = await mkdtemp(join(tmpdir(), "unipt-run-"));
  experiment = await writeTinyExperiment(folder);
  result = await cli.run("run", experiment.file, "--json");
}, 120_000);

afterAll(async () => {
  await cli.remove();
  await rm(folder, { recursive: true, force: true });
});

const runOf = (variant: string): string => join(folder, "runs", `tiny.${variant}.seed0`);

function lastLine(text: string): unknown {
  return JSON.parse(text.trim().split("\n").at(-1)!);
}

/** Recalls at 1, 5 and 10 of 20 items in random order, both ways. */
const CHANCE_RSUM = 2 * (5 + 25 + 50);

describe("unipt run", () => {
  test("prints the results as one JSON object, the only line of stdout", () => {
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout.trim().split("\n")).toHaveLength(1);
    const { task, runs } = lastLine(result.stdout) as ResultObject;
    expect(task).toBe("image-text-retrieval");
    expect(runs.map(({ method, seed }) => [method, seed])).toEqual([
      ["unipt", 0],
      ["mlp", 0],
    ]);
    for (const run of runs) {
      expect(run.trainableParams).toBeGreaterThan(400);
      expect(run.peakRssBytes).toBeGreaterThan(30e6);
      expect(run.seconds.train).toBeGreaterThan(0);
    }
    const [unipt, mlp] = runs;
    expect(unipt!.confidence).toHaveLength(2);
    expect(unipt!.confidence!.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    expect(mlp).not.toHaveProperty("confidence");
  });

  test.each(["unipt", "mlp"])("%s learns: the loss falls, and test recall is well above chance", async (variant) => {
    const means = (await eventsOf(runOf(variant))).flatMap((event) =>
      event.type === "epochEnd" ? [event.meanLoss] : [],
    );
    expect(means).toHaveLength(6);
    expect(means.at(-1)!).toBeLessThan(0.8 * means[0]!);
    const { metrics } = await readSummary(nodeFileSystem, runOf(variant));
    expect(metrics.test!["rSum"]).toBeGreaterThan(1.5 * CHANCE_RSUM);
  });

  test("leaves a complete run directory", async () => {
    const names = await readdir(runOf("unipt"));
    for (const name of ["config.json", "events.jsonl", "summary.json", "checkpoints", "confidence.test.safetensors"])
      expect(names).toContain(name);
    const manifest = await readManifest(nodeFileSystem, runOf("unipt"));
    expect(manifest.files["image.backbone.model"]!.sha256).toMatch(/^[0-9a-f]{64}$/);
    const summary = await readSummary(nodeFileSystem, runOf("unipt"));
    expect(summary).toMatchObject({ outcome: "completed", step: 24, epoch: 6, device: "cpu", threads: 1, resumes: 0 });
    expect(summary.predictedMemory!.peakBytes).toBeGreaterThan(10_000);
    expect(Object.keys(summary.secondsByPhase).toSorted()).toEqual(["evaluate", "extract", "statistics", "train"]);
    expect(Object.keys(summary.metrics).toSorted()).toEqual(["test", "val"]);
  });

  test("stores the confidence of every test sample", async () => {
    const path = join(runOf("unipt"), "confidence.test.safetensors");
    const { tensors, metadata } = decodeSafetensors(await readFile(path), path);
    const { shape, data } = tensors["image"]!;
    expect(shape).toEqual([20, 2]);
    expect(JSON.parse(metadata["image"]!)).toEqual(["stage1", "stage2"]);
    for (let row = 0; row < 20; row++) expect(Number(data[2 * row]) + Number(data[2 * row + 1])).toBeCloseTo(1, 5);
    const { confidence } = await readSummary(nodeFileSystem, runOf("unipt"));
    const mean = Array.from({ length: 20 }, (_, row) => Number(data[2 * row])).reduce((a, b) => a + b) / 20;
    expect(confidence!.byModality["image"]![0]!.mean).toBeCloseTo(mean, 6);
  });

  test("the best checkpoint evaluates to what the run reported", async () => {
    const { code, stdout, stderr } = await cli.run("evaluate", runOf("unipt"), "--json");
    expect(code, stderr).toBe(0);
    const summary = await readSummary(nodeFileSystem, runOf("unipt"));
    expect(lastLine(stdout)).toMatchObject({ split: "test", device: "cpu", metrics: summary.metrics.test });
    const val = await cli.run("evaluate", runOf("unipt"), "--split", "val", "--json");
    expect(lastLine(val.stdout)).toMatchObject({ metrics: summary.metrics.val });
  });

  test("a second run takes all features from the cache and gives the same results", async () => {
    const other = join(folder, "again");
    const again = await cli.run("run", experiment.file, "--json", "--variant", "unipt", "--runs", other);
    expect(again.stderr).toContain("100 items in the cache");
    const [first] = (lastLine(result.stdout) as ResultObject).runs;
    const [second] = (lastLine(again.stdout) as ResultObject).runs;
    expect(second!.metrics).toEqual(first!.metrics);
    expect(second!.confidence).toEqual(first!.confidence);
  });

  test("prints a table for people, and what the numbers are", async () => {
    const { stdout } = await cli.run("run", experiment.file, "--resume");
    expect(stdout).toContain("Test split, best epoch by validation; one seed, so no spread is known.");
    expect(stdout).toMatch(/^unipt +\d+\.\d +\d+\.\d/m);
    expect(stdout).toContain("unipt, image: stage1 0.");
  });

  test("--dry-run forecasts and writes nothing", async () => {
    const before = await readdir(join(folder, "runs"));
    const { code, stdout, stderr } = await cli.run("run", experiment.file, "--dry-run", "--seed", "5", "6", "--json");
    expect(code, stderr).toBe(0);
    const report = lastLine(stdout) as {
      runs: unknown[];
      features: { items: number; cachedItems: number }[];
      variants: Record<string, { trainableParams: number }>;
    };
    expect(report.runs).toHaveLength(4);
    expect(report.features.map(({ items, cachedItems }) => [items, cachedItems])).toEqual([
      [100, 100],
      [100, 100],
    ]);
    const { trainableParams } = await readSummary(nodeFileSystem, runOf("unipt"));
    expect(report.variants["unipt"]!.trainableParams).toBe(trainableParams);
    expect(await readdir(join(folder, "runs"))).toEqual(before);
  });

  test("--quick trains the first seed only", async () => {
    const { stdout } = await cli.run("run", experiment.file, "--quick", "--seed", "3", "4", "--dry-run", "--json");
    expect((lastLine(stdout) as { runs: { seed: number }[] }).runs.map(({ seed }) => seed)).toEqual([3, 3]);
  });
});
