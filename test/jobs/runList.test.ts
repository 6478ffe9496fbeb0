import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cancelled } from "../../src/core/errors";
import type { FeatureSet } from "../../src/jobs/featureSets";
import { extractSets } from "../../src/jobs/runList";
import { WorkerDied } from "../../src/jobs/workerDied";
import type { ExtractReply, Placement } from "../../src/protocol/engine";

/** A worker that does what the modality says instead of extracting. */
const fakeWorker = `
process.on("disconnect", () => process.exit(0));
process.on("message", ({ kind, id, name, payload }) => {
  if (kind !== "request") return;
  const reply = (value) => process.send({ kind: "reply", id, payload: value });
  if (name === "hello") return reply({ pid: process.pid });
  if (name === "stop") { process.send({ kind: "error", id: globalThis.waiting, error: { kind: "cancelled", message: "Stopped." } }); return reply(undefined); }
  switch (payload.modality) {
    case "works": return reply({ modality: "works", device: String(process.pid) });
    case "tells": return reply({ modality: "tells", device: JSON.stringify({ names: Object.keys(process.env), execArgv: process.execArgv }) });
    case "dies": return process.kill(process.pid, "SIGKILL");
    case "exits": process.stderr.write("out of luck\\n"); return setImmediate(() => process.exit(3));
    case "fails": return process.send({ kind: "error", id, error: { kind: "user", message: "No such file." } });
    case "waits": globalThis.waiting = id; return process.send({ kind: "event", name: "runEvent", payload: { type: "warning", message: "waiting" } });
  }
});
`;

let folder: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unipt-pool-"));
  script = join(folder, "worker.js");
  await writeFile(script, fakeWorker);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const place: Placement = { baseDirectory: "/nowhere", cacheDirectory: "/nowhere" };

function sets(...modalities: readonly string[]): FeatureSet[] {
  return modalities.map((modality) => ({ modality }) as unknown as FeatureSet);
}

function reasonOf(outcome: PromiseSettledResult<unknown> | undefined): Error {
  return (outcome as PromiseRejectedResult).reason as Error;
}

test("a dead worker is reported with its reason, and the other work goes on", async () => {
  const failures: unknown[] = [];
  const [dead, exited, works, failed] = await extractSets(
    sets("dies", "exits", "works", "fails"),
    place,
    { script, concurrency: 1 },
    (index) => (index < 2 ? { onFailure: (error) => failures.push(error) } : {}),
  );
  expect(reasonOf(dead)).toBeInstanceOf(WorkerDied);
  expect(reasonOf(dead)).toMatchObject({ message: expect.stringContaining("SIGKILL") as unknown });
  expect(reasonOf(exited)).toMatchObject({ message: "The worker process ended with exit code 3:\nout of luck" });
  expect(works).toMatchObject({ status: "fulfilled", value: { modality: "works" } });
  expect(reasonOf(failed)).toMatchObject({ name: "UserError", message: "No such file." });
  expect(failures).toEqual([reasonOf(dead), reasonOf(exited)]);
});

test("each piece of work has a process of its own, and outcomes are in the order of the work", async () => {
  const outcomes = await extractSets(sets("works", "works", "works"), place, { script, concurrency: 2 }, () => ({}));
  const pids = outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value.device : "?"));
  expect(new Set(pids).size).toBe(3);
});

test("stopping asks the work under way to stop and starts nothing else", async () => {
  const stop = new AbortController();
  const pool = { script, concurrency: 1, stop: stop.signal };
  const outcomes = await extractSets(sets("waits", "works"), place, pool, () => ({ onEvent: () => stop.abort() }));
  for (const outcome of outcomes) expect(reasonOf(outcome)).toBeInstanceOf(Cancelled);
});

test("stopping one piece of work leaves the others alone", async () => {
  const stop = new AbortController();
  const [stopped, works] = await extractSets(sets("waits", "works"), place, { script, concurrency: 1 }, (index) =>
    index === 0 ? { stop: stop.signal, onEvent: () => stop.abort() } : {},
  );
  expect(reasonOf(stopped)).toBeInstanceOf(Cancelled);
  expect(works).toMatchObject({ status: "fulfilled" });
});

test("killing ends a worker that does not stop", async () => {
  const kill = new AbortController();
  const pool = { script, concurrency: 1, kill: kill.signal };
  const [outcome] = await extractSets(sets("waits"), place, pool, () => ({ onEvent: () => kill.abort() }));
  expect(reasonOf(outcome)).toBeInstanceOf(Cancelled);
});

test("a script that is no worker fails with what it wrote", async () => {
  const broken = join(folder, "broken.js");
  await writeFile(broken, 'throw new Error("no such module");');
  const [outcome] = await extractSets(sets("works"), place, { script: broken, concurrency: 1 }, () => ({}));
  expect(reasonOf(outcome)).toMatchObject({ message: expect.stringContaining("no such module") as unknown });
});

test("a worker gets a short environment and none of this process's options", async () => {
  process.env["VSCODE_IPC_HOOK_CLI"] = "/tmp/editor.sock";
  process.env["VK_DRIVER_FILES"] ??= "";
  try {
    const [outcome] = await extractSets(sets("tells"), place, { script, concurrency: 1 }, () => ({}));
    const { names, execArgv } = JSON.parse((outcome as PromiseFulfilledResult<ExtractReply>).value.device) as {
      names: string[];
      execArgv: string[];
    };
    expect(names.filter((name) => name.startsWith("VSCODE_"))).toEqual([]);
    expect(names.filter((name) => name.startsWith("VITEST") || name.startsWith("npm_"))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(["PATH", "HOME", "VK_DRIVER_FILES", "ELECTRON_RUN_AS_NODE"]));
    expect(execArgv).toEqual([]);
  } finally {
    delete process.env["VSCODE_IPC_HOOK_CLI"];
    if (process.env["VK_DRIVER_FILES"] === "") delete process.env["VK_DRIVER_FILES"];
  }
});
