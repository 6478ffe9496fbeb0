import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { systemProcesses } from "../../src/store/processIdentity";
import { readRun } from "../../src/store/runListing";
import { TestCli } from "../support/cli";
import { writeTinyExperiment } from "../support/tinyExperiment";
import { eventsOf, untilEvents } from "../support/watchEvents";

let cli: TestCli;
let folder: string;

beforeAll(async () => {
  cli = await TestCli.bundle();
  folder = await mkdtemp(join(tmpdir(), "unipt-orphan-"));
}, 120_000);

afterAll(async () => {
  await cli.remove();
  await rm(folder, { recursive: true, force: true });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a worker whose command line is killed saves its run and ends", async () => {
  const { file } = await writeTinyExperiment(folder, (config) => ({
    ...config,
    // Far more than can be trained while this test looks on.
    training: { ...config.training, epochs: 100_000, checkpointEverySteps: 1_000_000, evaluateEveryEpochs: 100_000 },
  }));
  const run = join(folder, "runs", "tiny.mlp.seed0");
  const look = (): ReturnType<typeof readRun> => readRun(nodeFileSystem, run, systemProcesses, Date.now());

  const running = cli.start("run", file, "--variant", "mlp");
  await untilEvents(run, (events) => events.some(({ type }) => type === "stepEnd"), running.ended);
  const { state, pid } = (await look())!;
  expect(state).toBe("running");
  running.child.kill("SIGKILL");
  await running.ended;
  while (isAlive(pid!)) await delay(10);

  expect((await look())!.state).toBe("cancelled");
  const events = await eventsOf(run);
  const trained = events.filter(({ type }) => type === "stepEnd").length;
  expect(events.findLast((event) => event.type === "checkpointSaved")).toMatchObject({ kind: "resume", step: trained });
});
