import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../src/core/experiment/runEvent";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { readSummary } from "../../src/store/runListing";
import { TestCli } from "../support/cli";
import { outcomeOf, type RunOutcome } from "../support/runOutcome";
import { type TinyExperiment, writeTinyExperiment } from "../support/tinyExperiment";
import { untilEvents } from "../support/watchEvents";

let cli: TestCli;
let folder: string;
let experiment: TinyExperiment;

beforeAll(async () => {
  cli = await TestCli.bundle();
  folder = await mkdtemp(join(tmpdir(), "unipt-resume-"));
  experiment = await writeTinyExperiment(folder);
});

afterAll(async () => {
  await cli.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Dropout on, partial last batch, several epochs: everything that a resumed run could get wrong. */
const variant = "mlp";

function runsIn(name: string): { root: string; run: string; args: string[] } {
  const root = join(folder, name);
  return {
    root,
    run: join(root, `tiny.${variant}.seed0`),
    args: ["run", experiment.file, "--variant", variant, "--runs", root],
  };
}

function lossesOf(events: readonly RunEvent[]): number[] {
  return events.flatMap((event) => (event.type === "stepEnd" ? [event.loss] : []));
}

let whole: Promise<RunOutcome> | undefined;

/** The run that nothing disturbs, made once. */
function uninterrupted(): Promise<RunOutcome> {
  whole ??= (async () => {
    const { run, args } = runsIn("whole");
    const { code, stderr } = await cli.run(...args);
    expect(code, stderr).toBe(0);
    return outcomeOf(run);
  })();
  return whole;
}

test("killed at many points and resumed, a run ends with the losses and weights of an undisturbed one", async () => {
  const expected = await uninterrupted();
  expect(expected.losses).toHaveLength(24);

  const { run, args } = runsIn("killed");
  const steps = (events: readonly RunEvent[]): number => lossesOf(events).length;
  const saved = (kind: string) => (events: readonly RunEvent[]) =>
    events.filter((event) => event.type === "checkpointSaved" && event.kind === kind).length;
  const points: ((events: readonly RunEvent[]) => boolean)[] = [
    (events) => events.length >= 2, // before anything is trained
    (events) => steps(events) >= 2, // before the first checkpoint
    (events) => steps(events) >= 5,
    (events) => saved("best")(events) >= 1, // between the best and the state to resume from
    (events) => steps(events) >= 14,
    (events) => steps(events) >= 23,
    (events) => steps(events) >= 24, // before the last evaluation
    (events) => events.some((event) => event.type === "evaluationEnd" && event.split === "test"),
  ];
  for (const [index, point] of points.entries()) {
    const running = cli.start(...args, ...(index === 0 ? [] : ["--resume"]));
    await untilEvents(run, point, running.ended);
    running.kill9();
    expect((await running.ended).signal).toBe("SIGKILL");
  }
  const { code, stderr } = await cli.run(...args, "--resume");
  expect(code, stderr).toBe(0);
  expect(await outcomeOf(run)).toEqual(expected);
}, 300_000);

test("Ctrl+C saves and exits with 130; the resumed run ends as an undisturbed one", async () => {
  const { run, args } = runsIn("cancelled");
  const running = cli.start(...args);
  await untilEvents(run, (events) => lossesOf(events).length >= 7, running.ended);
  running.child.kill("SIGINT");
  const stopped = await running.ended;
  expect(stopped.code, stopped.stderr).toBe(130);
  expect(stopped.stderr).toContain("continue with --resume");
  expect((await readSummary(nodeFileSystem, run)).outcome).toBe("cancelled");

  const { code, stderr } = await cli.run(...args, "--resume");
  expect(code, stderr).toBe(0);
  expect(await outcomeOf(run)).toEqual(await uninterrupted());
});

test("a resumed run keeps the number of threads that it began with", async () => {
  const file = join(folder, "unpinned.unipt.json");
  await writeFile(file, JSON.stringify({ ...experiment.config, threads: undefined }));
  const { root, run } = runsIn("unpinned");
  const args = ["run", file, "--variant", variant, "--runs", root];
  // Not what a machine with an even number of cores would share out, so keeping them is no accident.
  const running = cli.start(...args, "--threads", "3");
  await untilEvents(run, (events) => lossesOf(events).length >= 4, running.ended);
  running.kill9();
  await running.ended;
  const { code, stderr } = await cli.run(...args, "--resume");
  expect(code, stderr).toBe(0);
  expect(stderr).not.toContain("results may differ");
  expect((await readSummary(nodeFileSystem, run)).threads).toBe(3);
});

test("resuming a finished run changes nothing", async () => {
  const before = await uninterrupted();
  const { root, run, args } = runsIn("whole");
  const { code, stdout } = await cli.run(...args, "--resume", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toMatchObject({ runs: [{ method: variant, seed: 0 }] });
  expect(await outcomeOf(run)).toEqual(before);
  expect(await readdir(root)).toEqual([`tiny.${variant}.seed0`]);
});
