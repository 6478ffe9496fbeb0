import { describe, expect, test } from "vitest";
import { changedNodes } from "../../../../src/core/views/tree/changedNodes";
import type { TreeContext, TreeExperiment, TreeRun } from "../../../../src/core/views/tree/experimentTree";
import { experimentNode } from "../../../../src/core/views/tree/experimentTree";
import { noFilter } from "../../../../src/core/views/tree/runFilter";
import { englishTreeLabels } from "../../../../src/core/views/tree/treeLabels";
import { summaryOf } from "../../../store/fakeRun";

const context: TreeContext = {
  progress: () => undefined,
  checked: new Set(),
  filter: noFilter,
  labels: englishTreeLabels,
  locale: "en",
};

function run(variant: string, seed: number, state: TreeRun["state"], rSum?: number, attempt = 1): TreeRun {
  const directory = `/w/runs/emoji-scenes.${variant}.seed${seed}.${attempt}`;
  const base = { directory, experiment: "emoji-scenes", variant, seed, attempt, state };
  if (rSum === undefined || state === "running" || state === "interrupted" || state === "broken") return base;
  return { ...base, summary: { ...summaryOf(state, 6), metrics: { test: { rSum } } } };
}

function experiment(runs: readonly TreeRun[], more: Partial<TreeExperiment> = {}): TreeExperiment {
  const plans = ["unipt", "lora"].flatMap((variant) => [0, 1, 2].map((seed) => ({ variant, seed })));
  return {
    ...{ id: "/w/a.unipt.json", name: "emoji-scenes", hasFile: true, problems: [] },
    selector: "rSum",
    plans,
    runs,
    ...more,
  };
}

const tree = (of: TreeExperiment, with_: Partial<TreeContext> = {}) => experimentNode(of, { ...context, ...with_ });

describe("the tree of experiments", () => {
  test("a variant shows the mean and the spread over its finished seeds, and how many there are", () => {
    const node = tree(
      experiment([
        run("unipt", 0, "completed", 400),
        run("unipt", 1, "failed", 3),
        run("unipt", 1, "early-stopped", 410, 2),
        run("unipt", 2, "running"),
      ]),
    );
    expect(node?.children.map(({ label, description }) => [label, description])).toEqual([
      ["unipt", "test rSum 405.0 ± 7.1 · n = 2 of 3 · 1 running"],
      ["lora", "no runs yet"],
    ]);
    expect(node?.description).toBe("1 running · 4 runs");
  });

  test("a seed that was run again counts once, with its last finished attempt", () => {
    const node = tree(
      experiment([
        run("unipt", 0, "completed", 400),
        run("unipt", 0, "completed", 300, 2),
        run("unipt", 0, "interrupted", undefined, 3),
      ]),
    );
    expect(node?.children[0]?.description).toBe("test rSum 300.0 · n = 1 of 3");
    expect(node?.children[0]?.children.map(({ label }) => label)).toEqual([
      "seed 0",
      "seed 0, attempt 2",
      "seed 0, attempt 3",
    ]);
  });

  test("variants come in the order of the file; those that only runs have come last", () => {
    const node = tree(experiment([run("zz", 0, "completed", 1), run("aa", 0, "completed", 1)]));
    expect(node?.children.map(({ label }) => label)).toEqual(["unipt", "lora", "aa", "zz"]);
  });

  test("a variant can be trained while a sound file asks for it", () => {
    const runs = [run("unipt", 0, "completed", 1), run("old", 0, "completed", 1)];
    const flags = (more?: Partial<TreeExperiment>) =>
      tree(experiment(runs, more))?.children.map(({ label, contextValue }) => `${label} ${contextValue}`);
    expect(flags()).toEqual([
      "unipt variant.runs.planned",
      "lora variant.empty.planned",
      "old variant.runs", // no longer in the file
    ]);
    expect(flags({ problems: [{ message: "wrong" }] })).not.toContain("unipt variant.runs.planned");
    expect(flags({ hasFile: false })).not.toContain("unipt variant.runs.planned");
  });

  test("a run shows how far it is and its newest main metric; its state is spoken", () => {
    const latest = { metric: "imageToText.recallAt1", split: "val", value: 12.345, epoch: 2 } as const;
    const node = tree(experiment([run("unipt", 0, "running"), run("unipt", 1, "interrupted")]), {
      progress: () => ({ step: 20, epoch: 3, epochs: 40, latest }),
    });
    const [first, second] = node?.children[0]?.children ?? [];
    expect(first).toMatchObject({
      description: "epoch 3 of 40 · val Image → text R@1 12.35",
      icon: { name: "loading~spin" },
      contextValue: "run.running.layers",
      spoken: "unipt, seed 0, Running, epoch 3 of 40, val Image → text R@1 12.35",
    });
    expect(second?.description).toMatch(/^Interrupted · epoch 3 of 40/);
    expect(second?.contextValue).toBe("run.interrupted.resumable.layers");
  });

  test("before the first epoch a run shows the extraction", () => {
    const extraction = { modality: "image", done: 1999, total: 2000 };
    const node = tree(experiment([run("unipt", 0, "running")]), {
      progress: () => ({ step: 0, epoch: 0, phase: "extract", extraction }),
    });
    expect(node?.children[0]?.children[0]?.description).toBe("extracting images, 99%");
  });

  test("a faulty file shows its first problem and keeps its runs; runs without a file are told apart", () => {
    const problems = [{ message: "a.unipt.json: wrong." }, { message: "b" }, { message: "c" }];
    const faulty = tree(experiment([run("unipt", 0, "completed", 1)], { problems, plans: [] }));
    expect(faulty).toMatchObject({
      icon: { name: "error" },
      description: "wrong. (and 2 more) · 1 run",
      contextValue: "experiment.file.faulty.runs",
      children: [{ label: "unipt" }],
    });
    const gone = tree(experiment([run("unipt", 0, "completed", 1)], { hasFile: false, plans: [] }));
    expect(gone).toMatchObject({
      contextValue: "experiment.gone.sound.runs",
      description: "experiment file is gone · 1 run",
    });
  });

  test("a filter shows runs by words and states, hides what is empty, and leaves the figures of variants alone", () => {
    const runs = [run("unipt", 0, "completed", 400), run("unipt", 1, "failed", 1), run("lora", 0, "completed", 390)];
    const filtered = (text: string, states: readonly TreeRun["state"][] = []) =>
      tree(experiment(runs), { filter: { text, states } });
    expect(filtered("", ["failed"])?.children).toMatchObject([
      { label: "unipt", description: "test rSum 400.0 · n = 1 of 3", children: [{ label: "seed 1" }] },
    ]);
    expect(filtered("LORA scenes")?.children).toMatchObject([{ label: "lora", children: [{ label: "seed 0" }] }]);
    expect(filtered("lora", ["failed"])).toBeUndefined();
    expect(filtered("seed1")?.children[0]?.children).toHaveLength(1);
  });

  test("a variant is ticked when all its runs are; an unreadable run cannot be", () => {
    const runs = [run("unipt", 0, "completed", 1), run("unipt", 1, "completed", 1), run("unipt", 2, "broken")];
    const ticked = (...of: number[]) =>
      tree(experiment(runs), { checked: new Set(of.map((i) => runs[i]!.directory)) })?.children[0];
    expect(ticked(0)).toMatchObject({ isChecked: false, children: [{ isChecked: true }, { isChecked: false }, {}] });
    expect(ticked(0, 1)?.isChecked).toBe(true);
    expect(ticked()?.children[2]?.isChecked).toBeUndefined();
  });
});

describe("what has to be drawn again", () => {
  const node = (runs: readonly TreeRun[], with_: Partial<TreeContext> = {}) => [tree(experiment(runs), with_)!];
  const running = run("unipt", 0, "running");

  test("progress draws one run, not what is above it", () => {
    const before = node([running, run("unipt", 1, "completed", 1)]);
    const after = node([running, run("unipt", 1, "completed", 1)], { progress: () => ({ step: 1, epoch: 1 }) });
    expect(changedNodes(before, after)).toEqual([`run:${running.directory}`]);
    expect(changedNodes(before, node([running, run("unipt", 1, "completed", 1)]))).toEqual([]);
  });

  test("a run that comes draws its experiment, whose count changes; other experiments stay", () => {
    const other = tree(experiment([], { id: "/w/b" }))!;
    const before = [...node([running]), other];
    expect(changedNodes(before, [...node([running, run("unipt", 1, "running")]), other])).toEqual([before[0]!.id]);
    expect(changedNodes(before, [other])).toBe("everything");
  });

  test("a tick draws the run, and the variant when all of its runs are ticked", () => {
    const runs = [run("unipt", 0, "completed", 1), run("unipt", 1, "completed", 1)];
    const [first, second] = runs.map(({ directory }) => directory);
    const none = node(runs);
    const one = node(runs, { checked: new Set([first!]) });
    expect(changedNodes(none, one)).toEqual([`run:${first}`]);
    expect(changedNodes(one, node(runs, { checked: new Set([first!, second!]) }))).toEqual([
      "variant:/w/a.unipt.json:unipt",
    ]);
  });
});
