import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../../src/core/experiment/runEvent";
import type { RunManifest } from "../../src/core/experiment/runManifest";
import type { RunSummary } from "../../src/core/experiment/runSummary";
import { encodeRecord } from "../../src/store/eventRecord";
import { encodeLock } from "../../src/store/lockFile";
import { systemProcesses } from "../../src/store/processIdentity";
import { formatRunName } from "../../src/store/runName";
import { manifest, summaryOf } from "./fakeRun";

export interface MadeRun {
  readonly variant?: string;
  readonly seed?: number;
  readonly attempt?: number;
  /** Test value of rSum; makes the run a completed one. */
  readonly rSum?: number;
  readonly outcome?: RunSummary["outcome"];
  /** Whether this process works on it. */
  readonly isRunning?: boolean;
  readonly events?: readonly RunEvent[];
}

/** Puts a run of the experiment "emoji-scenes" below `folder/runs`; returns its directory. */
export function makeRun(folder: string, run: MadeRun = {}): string {
  const { variant = "unipt", seed = 0, attempt = 1, rSum, outcome = "completed", isRunning = false, events = [] } = run;
  const directory = join(folder, "runs", formatRunName({ experiment: "emoji-scenes", variant, seed, attempt }));
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "config.json"), JSON.stringify({ ...manifest, variant, seed } satisfies RunManifest));
  if (isRunning) takeLock(directory);
  if (rSum !== undefined) finishRun(directory, { variant, seed, rSum, outcome });
  appendEvents(directory, events);
  return directory;
}

export function takeLock(directory: string): void {
  writeFileSync(join(directory, "lock.1"), encodeLock(1, systemProcesses.self(), "2026-01-01T00:00:00Z"));
}

export function finishRun(
  directory: string,
  { variant, seed, rSum, outcome }: Required<Pick<MadeRun, "variant" | "seed" | "rSum" | "outcome">>,
): void {
  const summary = { ...summaryOf(outcome, 6), variant, seed, metrics: { val: { rSum: rSum + 1 }, test: { rSum } } };
  const best = { epoch: 6, step: 6, metric: "rSum", value: rSum + 1, checkpoint: "checkpoints/best.6.ckpt" };
  writeFileSync(join(directory, "summary.json"), JSON.stringify({ ...summary, best } satisfies RunSummary));
}

let nextSeq = 0;

export function appendEvents(directory: string, events: readonly RunEvent[]): void {
  const lines = events.map((event) => encodeRecord({ seq: nextSeq++, writer: 1, time: nextSeq, event }));
  appendFileSync(join(directory, "events.jsonl"), Buffer.concat(lines));
}

/** What a run writes in an epoch of one step. */
export function epochEvents(epoch: number, rSum: number): readonly RunEvent[] {
  return [
    { type: "stepEnd", step: epoch, epoch, loss: 1, learningRate: 1, gradientNorm: 1, samplesPerSecond: 10 },
    { type: "epochEnd", epoch, step: epoch, meanLoss: 1, seconds: 1 },
    { type: "evaluationEnd", step: epoch, epoch, split: "val", metrics: { rSum }, isBest: true },
  ];
}
