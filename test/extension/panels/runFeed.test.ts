import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunEvent } from "../../../src/core/experiment/runEvent";
import type { HistoryRecord } from "../../../src/core/views/runHistory";
import { tableNames } from "../../../src/core/views/tableNames";
import { DashboardContent } from "../../../src/extension/panels/dashboardContent";
import { LensContent } from "../../../src/extension/panels/lensContent";
import { RunFeed } from "../../../src/extension/panels/runFeed";
import { englishLabels } from "../../../src/protocol/panelLabels";
import type { DashboardMessage, LensMessage } from "../../../src/protocol/panelMessage";
import { encodeRecord } from "../../../src/store/eventRecord";
import { nodeFileSystem } from "../../../src/store/nodeFileSystem";
import { systemProcesses } from "../../../src/store/processIdentity";
import { createRun } from "../../../src/store/runDirectory";
import { RunWriter } from "../../../src/store/runWriter";
import { received } from "../../../webview/runDashboard/dashboardModel";
import type { DashboardModel } from "../../../webview/runDashboard/dashboardModel";
import { sampleRun, writeSampleRun } from "../../support/sampleRun";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "unipt-feed-"));
});
afterAll(() => rm(root, { recursive: true }));

const options = { fs: nodeFileSystem, processes: systemProcesses, now: () => Date.now() };

/** A page that gets the messages of a feed, as the panel would send them. */
class Page {
  readonly feed: RunFeed;
  readonly content: DashboardContent;
  model: DashboardModel | undefined;
  messages = 0;
  #kept = Infinity;

  constructor(directory: string) {
    this.feed = new RunFeed(directory, options, (kept) => (this.#kept = Math.min(this.#kept, kept)));
    this.content = new DashboardContent(this.feed, englishLabels);
  }

  async look(): Promise<void> {
    await this.feed.refresh();
    this.take(this.model ? this.content.changes(this.#kept) : this.content.whole());
    this.#kept = Infinity;
  }

  take(message: DashboardMessage | undefined): void {
    if (message === undefined) return;
    this.messages++;
    this.model = received(this.model, structuredClone(message));
  }

  /** What the page has must be what a page that is opened now would get. */
  expectUpToDate(): void {
    const fresh = received(undefined, new DashboardContent(this.feed, englishLabels).whole());
    expect(this.model?.state).toEqual(fresh?.state);
    for (const name of tableNames) {
      const [mine, theirs] = [this.model?.tables[name], fresh?.tables[name]];
      expect(mine?.rowCount).toBe(theirs?.rowCount);
      for (const column of theirs?.columnNames ?? []) expect(mine?.column(column)).toEqual(theirs?.column(column));
    }
  }
}

describe("a run that is followed while it is written", () => {
  test("patches add up to the whole, and a look without news sends nothing", async () => {
    const { manifest, records, summary } = sampleRun();
    const directory = await createRun(nodeFileSystem, root, manifest);
    const writer = await RunWriter.open(nodeFileSystem, directory, options);
    const page = new Page(directory);
    await page.look();
    expect(page.model?.state.head.standing).toBe("running");
    for (let i = 0; i < records.length; i += 37) {
      for (const { event } of records.slice(i, i + 37)) await writer.append(event);
      await page.look();
      page.expectUpToDate();
    }
    expect(page.model?.tables.steps.rowCount).toBe(80);
    const before = page.messages;
    await page.look();
    expect(page.messages).toBe(before);
    if (summary) await writer.finish(summary);
    await writer.close();
    await page.look();
    page.expectUpToDate();
    expect(page.model?.state.head).toMatchObject({ standing: "completed", step: 80 });
    expect(page.model?.state.ledger?.peakBytes).toBe(519 * 2 ** 20);
  });

  test("a patch holds new rows only", async () => {
    const directory = await writeSampleRun(root, { until: 40, seed: 21 });
    const page = new Page(directory);
    await page.look();
    const next = sampleRun({ seed: 21 }).records.find(({ event }) => event.type === "stepEnd" && event.step === 41);
    const seq = page.feed.history.recordCount;
    await appendFile(
      join(directory, "events.jsonl"),
      encodeRecord({ seq, writer: 1, time: next!.time, event: next!.event }),
    );
    await page.feed.refresh();
    const patch = page.content.changes(seq);
    expect(Object.keys(patch?.tables ?? {})).toEqual(["steps"]);
    expect(patch?.tables.steps).toMatchObject({ from: 40 });
    expect(patch?.tables.steps?.columns["step"]).toEqual(Float64Array.of(41));
    expect(patch?.kind === "patch" && Object.keys(patch.state)).toEqual(["head"]);
  });

  test("what a resumed run supersedes is taken back from the page", async () => {
    const { manifest, records } = sampleRun({ seed: 22, until: 30 });
    const directory = await createRun(nodeFileSystem, root, manifest);
    const first = await RunWriter.open(nodeFileSystem, directory, options);
    for (const { event } of records) await first.append(event);
    await first.close();
    const page = new Page(directory);
    await page.look();
    expect(page.model?.tables.steps.rowCount).toBe(30);
    // There was no checkpoint, so the second writer starts from the beginning.
    const second = await RunWriter.open(nodeFileSystem, directory, options);
    for (const { event } of records.slice(0, 60)) await second.append(event);
    await page.look();
    page.expectUpToDate();
    expect(page.model?.tables.steps.rowCount).toBeLessThan(30);
    await second.close();
  });
});

describe("the layer lens", () => {
  test("is sent again when an evaluation has ended, and only then", async () => {
    const { manifest, records } = sampleRun({ seed: 23 });
    const directory = await createRun(nodeFileSystem, root, manifest);
    const writer = await RunWriter.open(nodeFileSystem, directory, options);
    const feed = new RunFeed(directory, options, () => undefined);
    const content = new LensContent(feed, englishLabels);
    await feed.refresh();
    let last: LensMessage = content.whole();
    let sent = 0;
    for (const { event } of records) {
      await writer.append(event);
      await feed.refresh();
      const message = content.changes();
      if (message === undefined) continue;
      last = message;
      sent++;
    }
    await writer.close();
    expect(sent).toBe(11);
    expect(last.state.modalities[0]?.evaluations).toHaveLength(11);
    expect(content.table("heat.image")?.rowCount).toBe(33);
    expect(content.table("heat.audio")).toBeUndefined();
    expect(Object.keys(last.state).sort()).toEqual(["directory", "modalities", "name", "selector", "standing"]);
  });
});

describe("a very long run", () => {
  const steps = 60_000;

  test("is shown in samples at once, and whole when it has been read", async () => {
    const { manifest } = sampleRun({ seed: 30 });
    const directory = await createRun(nodeFileSystem, root, manifest);
    const figures = { learningRate: 0.001, gradientNorm: 1.25, samplesPerSecond: 901.5 };
    const events: RunEvent[] = [
      { type: "runStarted", experiment: "emoji-scenes", variant: "unipt", seed: 30 },
      { type: "trainingPlanned", epochs: 60, stepsPerEpoch: 1_000, totalSteps: steps, trainableParams: 1 },
    ];
    for (let step = 1; step <= steps; step++)
      events.push({ type: "stepEnd", step, epoch: Math.ceil(step / 1_000), loss: 1 / step, ...figures });
    const lines = events.map((event, seq) => encodeRecord({ seq, writer: 1, time: seq * 20, event }));
    await writeFile(join(directory, "events.jsonl"), Buffer.concat(lines));

    const looks: { share: number | undefined; rows: number; last: number }[] = [];
    const feed: RunFeed = new RunFeed(directory, options, () => {
      const { steps: table } = feed.history.tables;
      looks.push({ share: feed.context.readShare, rows: table.rowCount, last: table.last("step") });
    });
    await feed.refresh();
    const [first] = looks;
    expect(first?.share).toBe(0);
    expect(first?.last).toBe(steps);
    expect(first?.rows).toBeGreaterThan(2_000);
    expect(first?.rows).toBeLessThan(20_000);
    expect(looks.at(-1)).toEqual({ share: undefined, rows: steps, last: steps });
    expect(feed.history.tables.steps.column("step").every((step, row) => step === row + 1)).toBe(true);
    expect(feed.context.damagedLines).toBe(0);
  });

  test("is sent in parts that add up", () => {
    const feed = new RunFeed(join(root, "parts.unipt.seed0"), options, () => undefined);
    const figures = { learningRate: 0, gradientNorm: 0, samplesPerSecond: 0 };
    const added = Array.from({ length: 250_000 }, (_, i): HistoryRecord => {
      return { time: i, event: { type: "stepEnd", step: i + 1, epoch: 1, loss: i, ...figures } };
    });
    feed.history.apply({ kept: 0, added });
    const content = new DashboardContent(feed, englishLabels);
    let model = received(undefined, content.whole());
    const rows = [model?.tables.steps.rowCount];
    while (content.isBehind) {
      const patch = content.changes(Infinity);
      if (patch) model = received(model, patch);
      rows.push(model?.tables.steps.rowCount);
    }
    expect(rows).toEqual([200_000, 250_000]);
    expect(model?.tables.steps.last("loss")).toBe(249_999);
  });
});

describe("runs that are not as they should be", () => {
  test("a long log is taken in piece by piece, with a share of what has been read", async () => {
    const directory = await writeSampleRun(root, { epochs: 150, stepsPerEpoch: 20, seed: 24 });
    expect((await stat(join(directory, "events.jsonl"))).size).toBeGreaterThan(1 << 20);
    const shares: (number | undefined)[] = [];
    const feed: RunFeed = new RunFeed(directory, options, () => void shares.push(feed.context.readShare));
    await feed.refresh();
    const known = shares.filter((share) => share !== undefined);
    expect(known.length).toBeGreaterThan(3);
    expect(known.every((share, i) => share > (known[i - 1] ?? 0) && share < 1)).toBe(true);
    expect(shares.at(-1)).toBeUndefined();
    expect(feed.history.tables.steps.rowCount).toBe(3_000);
  });

  test("damaged lines are counted and passed over", async () => {
    const directory = await writeSampleRun(root, { seed: 25 });
    const path = join(directory, "events.jsonl");
    const lines = (await readFile(path, "utf8")).split("\n");
    const at = lines.findIndex((line) => line.includes("stepEnd"));
    await writeFile(path, lines.map((line, i) => (i === at ? line.replace("loss", "gain") : line)).join("\n"));
    const page = new Page(directory);
    await page.look();
    expect(page.model?.state.head.damagedLines).toBe(1);
  });

  test("a run whose settings are gone says so", async () => {
    const directory = join(root, "gone.unipt.seed0");
    await mkdir(directory);
    const page = new Page(directory);
    await page.look();
    expect(page.model?.state.head.standing).toBe("broken");
    expect(page.model?.state.head.problem).toContain("config.json");
  });

  test("a directory that is no run says so", async () => {
    const page = new Page(join(root, "holiday-pictures"));
    await page.look();
    expect(page.model?.state.head.standing).toBe("broken");
    expect(page.model?.state.head.problem).toContain("holiday-pictures");
  });
});
