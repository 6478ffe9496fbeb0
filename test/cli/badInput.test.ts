import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ImageTextRetrievalInput } from "../../src/core/experiment/tasks/imageTextRetrievalConfig";
import { fromData, sizeOf } from "../../src/core/graph/tensor";
import { decodeModel } from "../../src/core/onnx/decodeModel";
import { encodeModel } from "../../src/core/onnx/encodeModel";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { readSummary } from "../../src/store/runListing";
import { type CliResult, TestCli } from "../support/cli";
import { writeTinyExperiment } from "../support/tinyExperiment";
import { eventsOf } from "../support/watchEvents";

let cli: TestCli;
let root: string;

beforeAll(async () => {
  cli = await TestCli.bundle();
  root = await mkdtemp(join(tmpdir(), "unipt-bad-"));
}, 120_000);

afterAll(async () => {
  await cli.remove();
  await rm(root, { recursive: true, force: true });
});

let made = 0;

/** A sound experiment in a folder of its own, before the test spoils it. */
async function experiment(
  change?: (config: ImageTextRetrievalInput) => ImageTextRetrievalInput,
): Promise<{ file: string; folder: string }> {
  const folder = join(root, String(++made));
  await mkdir(folder);
  const { file } = await writeTinyExperiment(folder, change);
  return { file, folder };
}

/** Exit code 2, nothing on stdout, and one sentence without a stack. */
function expectUserError({ code, stdout, stderr }: CliResult, sentence: RegExp): void {
  expect(code, stderr).toBe(2);
  expect(stdout).toBe("");
  const said = stderr.split("\n").filter((line) => line.startsWith("unipt: "));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(sentence);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain("this is a bug");
}

describe("wrong input gives one sentence and exit code 2", () => {
  test("an experiment file that is not there", async () => {
    expectUserError(
      await cli.run("run", join(root, "none.unipt.json")),
      /none\.unipt\.json" cannot be read; check the path/,
    );
  });

  test("an unknown key, with its place", async () => {
    const { file } = await experiment();
    await writeFile(file, (await readFile(file, "utf8")).replace('"batchSize"', '"batchSise"'));
    expectUserError(await cli.run("run", file), /tiny\.unipt\.json:\d+:\d+: .*batchSise.*batchSize/);
  });

  test("an unknown variant", async () => {
    const { file } = await experiment();
    expectUserError(await cli.run("run", file, "--variant", "lora"), /has no variant "lora"; it has "unipt", "mlp"/);
  });

  test("data that are not there", async () => {
    const { file, folder } = await experiment();
    await rm(join(folder, "pairs.jsonl"));
    expectUserError(await cli.run("run", file), /pairs\.jsonl" does not exist; correct "data\.pairs"/);
  });

  test("a split without images", async () => {
    const { file, folder } = await experiment();
    const pairs = join(folder, "pairs.jsonl");
    await writeFile(pairs, (await readFile(pairs, "utf8")).replaceAll('"val"', '"train"'));
    expectUserError(await cli.run("run", file, "--variant", "mlp"), /no usable image in the split "val"/);
  });

  test("a model that is not there", async () => {
    const { file, folder } = await experiment();
    await rm(join(folder, "image.onnx"));
    expectUserError(await cli.run("run", file), /image\.onnx" cannot be read; check that the file exists/);
  });

  test("a truncated model", async () => {
    const { file, folder } = await experiment();
    const model = join(folder, "image.onnx");
    await writeFile(model, (await readFile(model)).subarray(0, 700));
    expectUserError(await cli.run("run", file), /image\.onnx" is not a readable ONNX file.*truncated/);
  });

  test("a hidden state that the model does not have", async () => {
    const { file } = await experiment((config) => ({
      ...config,
      text: { ...config.text, backbone: { ...config.text.backbone, hiddenStates: ["block2"] } },
    }));
    expectUserError(await cli.run("run", file), /computes no value "block2" \(did you mean "block1"\?\)/);
  });

  test("images of another shape than the model takes", async () => {
    const { file } = await experiment((config) => ({
      ...config,
      image: { ...config.image, backbone: { ...config.image.backbone, preprocessing: { size: [24, 24] } } },
    }));
    expectUserError(await cli.run("run", file), /"pixel_values".*\[batch, 3, 16, 16\].*\[batch, 3, 24, 24\]/);
  });

  test("weights that are no numbers", async () => {
    const { file, folder } = await experiment();
    const model = join(folder, "text.onnx");
    const { graph } = decodeModel(await readFile(model));
    const words = graph.initializers.get("words")!;
    const broken = fromData("float32", words.shape, new Float32Array(sizeOf(words.shape)).fill(NaN));
    await writeFile(
      model,
      encodeModel({ ...graph, initializers: new Map([...graph.initializers, ["words", broken]]) }),
    );
    expectUserError(await cli.run("run", file), /is not finite/);
  });

  test("a device that does not run here", async () => {
    const { file } = await experiment();
    expectUserError(await cli.run("run", file, "--device", "dml"), /DirectML.*Use --device auto/);
  });

  test("options that do not exist, and values that make no sense", async () => {
    const unknown = await cli.run("run", "x.unipt.json", "--bogus");
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("unknown option '--bogus'")]);
    const zero = await cli.run("run", "x.unipt.json", "--jobs", "0");
    expect([zero.code, zero.stderr]).toEqual([2, expect.stringContaining("whole number of 1 or more")]);
  });
});

test("a broken image is skipped and listed, and loses nothing", async () => {
  const { file, folder } = await experiment();
  await writeFile(join(folder, "images", "003.png"), "no picture");
  await copyFile(join(folder, "images", "005.png"), join(folder, "images", "004.png"));
  const { code, stderr } = await cli.run("run", file, "--variant", "mlp");
  expect(code, stderr).toBe(0);
  expect(stderr.match(/skipped images\/003\.png/g)).toHaveLength(1);
  const run = join(folder, "runs", "tiny.mlp.seed0");
  const skipped = (await eventsOf(run)).filter(({ type }) => type === "itemSkipped");
  expect(skipped).toMatchObject([{ item: "images/003.png" }]);
  expect((await readSummary(nodeFileSystem, run)).outcome).toBe("completed");
});

test("training that diverges fails that run alone, with exit code 1", async () => {
  const { file, folder } = await experiment((config) => ({
    ...config,
    variants: {
      mlp: config.variants!["mlp"]!,
      wild: {
        ...config.variants!["mlp"],
        "training.optimizer": { name: "sgd", learningRate: 1e30 },
        "training.gradientClip": 1e30,
      },
    },
  }));
  const { code, stdout, stderr } = await cli.run("run", file, "--json");
  expect(code, stderr).toBe(1);
  expect(stderr).toMatch(
    /unipt: The loss of step \d+ is NaN .*although all inputs are finite: training diverged; lower/,
  );
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain("--resume");
  const { runs } = JSON.parse(stdout) as { runs: { method: string }[] };
  expect(runs.map(({ method }) => method)).toEqual(["mlp"]);
  const { outcome, error } = await readSummary(nodeFileSystem, join(folder, "runs", "tiny.wild.seed0"));
  expect([outcome, error!.kind]).toEqual(["failed", "failure"]);
});

test("commands that read folders say what is wrong with them", async () => {
  expectUserError(await cli.run("verify", join(root, "nowhere")), /nowhere" is not a folder that can be read/);
  expectUserError(await cli.run("clean", join(root, "nowhere")), /nowhere" is not a folder that can be read/);
  expectUserError(await cli.run("evaluate", join(root, "nowhere")), /nowhere/);
  expectUserError(await cli.run("inspect", join(root, "nowhere.onnx")), /nowhere\.onnx" cannot be read/);
});
