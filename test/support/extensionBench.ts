import { appendFileSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { RunEvent } from "../../src/core/experiment/runEvent";
import { experimentNode } from "../../src/core/views/tree/experimentTree";
import { noFilter } from "../../src/core/views/tree/runFilter";
import { englishTreeLabels } from "../../src/core/views/tree/treeLabels";
import { RunFeed } from "../../src/extension/panels/runFeed";
import { DashboardContent } from "../../src/extension/panels/dashboardContent";
import { englishLabels } from "../../src/protocol/panelLabels";
import { encodeRecord } from "../../src/store/eventRecord";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { systemProcesses } from "../../src/store/processIdentity";
import { RunCatalog } from "../../src/store/runCatalog";

const options = { fs: nodeFileSystem, processes: systemProcesses, now: Date.now };

/** @param cpu processor time, which other programs on the machine stretch less */
function report(name: string, { wall, cpu }: Clock, remark = ""): void {
  const times = `${wall.toFixed(0)} ms, ${cpu.toFixed(0)} ms of processor time`;
  process.stdout.write(`${name.padEnd(23)}${times}${remark && `  (${remark})`}\n`);
}

interface Clock {
  readonly wall: number;
  readonly cpu: number;
}

/** Starts a clock. @returns what it shows, in milliseconds, whenever it is asked */
function startClock(): () => Clock {
  const [start, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { wall: performance.now() - start, cpu: (user + system) / 1000 };
  };
}

/** A thousand runs, copies of one: found, read, and made into rows; then the same again, as after a file event. */
async function benchTree(folder: string, run: string): Promise<void> {
  for (let seed = 0; seed < 1000; seed++) {
    const directory = join(folder, "runs", `emoji-scenes.unipt.seed${seed}`);
    mkdirSync(directory, { recursive: true });
    for (const file of ["config.json", "summary.json"]) copyFileSync(join(run, file), join(directory, file));
  }
  const catalog = new RunCatalog(options);
  const clock = startClock();
  await catalog.setPlaces({ files: [], folders: [folder] });
  const found = clock();
  const rows = catalog.entries.flatMap((entry) => {
    const experiment = { ...entry, hasFile: false, plans: [], problems: [], selector: "rSum" };
    const context = { progress: () => undefined, checked: new Set<string>(), filter: noFilter, locale: "en" };
    return experimentNode(experiment, { ...context, labels: englishTreeLabels }) ?? [];
  });
  const end = clock();
  const count = rows.reduce((sum, { directories }) => sum + directories.length, 0);
  report("tree of 1,000 runs", end, `${(end.wall - found.wall).toFixed(1)} ms of it for the ${count} rows`);
}

/** A run of a million steps: the time until a page can be sent all that it shows first, and until all of it is read. */
async function benchLog(folder: string, run: string): Promise<void> {
  const directory = join(folder, "emoji-scenes.unipt.seed0");
  mkdirSync(directory, { recursive: true });
  copyFileSync(join(run, "config.json"), join(directory, "config.json"));
  const log = join(directory, "events.jsonl");
  writeFileSync(log, "");
  const total = 1_000_000;
  for (let from = 0; from < total; from += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, i) => {
      const step = from + i;
      const event: RunEvent = {
        type: "stepEnd",
        step,
        epoch: 1,
        loss: 1 / (1 + step / 1e4),
        learningRate: 1e-3,
        gradientNorm: 1,
        samplesPerSecond: 100,
      };
      return Buffer.from(encodeRecord({ seq: step, writer: 1, time: 1_700_000_000_000 + step, event }));
    });
    appendFileSync(log, Buffer.concat(lines));
  }
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  const clock = startClock();
  let first: Clock | undefined;
  const feed: RunFeed = new RunFeed(directory, options, () => {
    if (first !== undefined || feed.history.recordCount === 0) return;
    new DashboardContent(feed, englishLabels).whole();
    first = clock();
  });
  await feed.refresh();
  const whole = clock();
  delays.disable();
  report("million steps, first", first ?? whole, "a sample that covers the whole run");
  report("million steps, all", whole, `event loop held for at most ${(delays.max / 1e6).toFixed(0)} ms`);
}

async function main([work = "", run = ""]: readonly string[]): Promise<void> {
  await benchTree(join(work, "tree"), run);
  await benchLog(join(work, "log"), run);
}

void main(process.argv.slice(2));
