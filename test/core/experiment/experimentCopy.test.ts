import { expect, test } from "vitest";
import { copyName, experimentCopy } from "../../../src/core/experiment/experimentCopy";
import { parseExperimentOrThrow } from "../../../src/core/experiment/parseExperiment";
import { manifest } from "../../store/fakeRun";

test("the copy of a run's settings is an experiment that makes the same run", () => {
  const run = { ...manifest, seed: 5, config: { ...manifest.config, seeds: [5] } };
  const { config, plans } = parseExperimentOrThrow(experimentCopy(run, "emoji-scenes-copy"), "copy");
  expect(config).toEqual({ ...run.config, name: "emoji-scenes-copy" });
  expect(plans).toHaveLength(1);
  expect(plans[0]).toMatchObject({ experiment: "emoji-scenes-copy", seed: 5 });
});

test("its name is free, and no longer than names may be", () => {
  const run = { ...manifest, experiment: "e".repeat(60), variant: "v".repeat(60) };
  const taken = new Set<string>();
  for (let i = 0; i < 12; i++) {
    const name = copyName(run, (wanted) => taken.has(wanted));
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(name.length).toBeLessThanOrEqual(80);
    taken.add(name);
  }
  expect(taken.size).toBe(12);
  expect(copyName(manifest, () => false)).toBe("emoji-scenes-unipt");
});
