import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type SampleFile, writeMissing } from "../../samples/manifest";
import { centernetTaps } from "../../samples/models/centernet";
import { packageFolder } from "../../samples/packageFolder";
import { parseExperimentOrThrow } from "../../src/core/experiment/parseExperiment";
import { retrievalConfig } from "../support/retrievalConfig";

describe("sample files", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "samples-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const made: string[] = [];
  const file = (path: string, text: string, isQuick = false): SampleFile => ({
    path,
    isQuick,
    make: () => {
      made.push(path);
      return Promise.resolve(new TextEncoder().encode(text));
    },
  });
  const write = async (files: readonly SampleFile[]): Promise<string[]> => {
    made.length = 0;
    await writeMissing(folder, files);
    return made.toSorted();
  };

  test("are made once, and again only where they are missing or damaged", async () => {
    const files = [file("a.txt", "a"), file("deep/b.txt", "b"), file("c.txt", "c")];
    expect(await write(files)).toEqual(["a.txt", "c.txt", "deep/b.txt"]);
    expect(await write(files)).toEqual([]);
    await rm(join(folder, "a.txt"));
    await writeFile(join(folder, "deep/b.txt"), "cut sho");
    expect(await write(files)).toEqual(["a.txt", "deep/b.txt"]);
    expect(await readFile(join(folder, "deep/b.txt"), "utf8")).toBe("b");
  });

  test("that cost nothing follow a change of the program", async () => {
    await write([file("x.json", "old", true)]);
    await write([file("x.json", "new", true)]);
    expect(await readFile(join(folder, "x.json"), "utf8")).toBe("new");
  });

  test("already written survive a failure, and the next call does the rest", async () => {
    const broken: SampleFile = { path: "b.txt", make: () => Promise.reject(new Error("no more disk")) };
    await expect(writeMissing(folder, [file("a.txt", "a"), broken])).rejects.toThrow("no more disk");
    expect(await write([file("a.txt", "a"), file("b.txt", "b")])).toEqual(["b.txt"]);
  });

  test("need their packages", () => {
    expect(packageFolder("emojibase-data", process.cwd())).toMatch(/node_modules.emojibase-data$/);
    expect(() => packageFolder("no-such-weights", folder)).toThrow(/npm package no-such-weights, .*"npm ci"/);
  });
});

describe.each(["emoji-scenes", "emoji"])("experiment file of the sample %s", (name) => {
  test("is valid and plans five variants with three seeds", async () => {
    const path = join("samples", name, `${name}.unipt.json`);
    const { config, plans } = parseExperimentOrThrow(await readFile(path, "utf8"), path);
    expect(config.name).toBe(name);
    const variants = ["unipt", "linear-probe", "mlp-probe", "stages-probe", "unipt-no-interaction"];
    expect(plans.map(({ variant, seed }) => `${variant} ${seed}`)).toEqual(
      variants.flatMap((variant) => [0, 1, 2].map((seed) => `${variant} ${seed}`)),
    );
    expect(plans.map((plan) => plan.config.training.epochs)).toEqual([20, 40, 40, 40, 20].flatMap((n) => [n, n, n]));
    expect(retrievalConfig(config).image.backbone.hiddenStates).toEqual(centernetTaps);
  });
});
