import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cancelled, RunFailure } from "../../src/core/errors";
import { type PoolJob, runJobs } from "../../src/jobs/workerPool";
import type { ExtractReply, ExtractRequest } from "../../src/protocol/engine";

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

function job(modality: string, onEvent?: PoolJob<ExtractReply>["onEvent"]): PoolJob<ExtractReply> {
  return {
    ...(onEvent && { onEvent }),
    run: (worker) => worker.call("extract", { modality } as unknown as ExtractRequest),
  };
}

test("a dead worker is reported with its reason, and the other jobs go on", async () => {
  const failures: unknown[] = [];
  const watched = (modality: string): PoolJob<ExtractReply> => ({
    ...job(modality),
    onFailure: (error) => failures.push(error),
  });
  const jobs = [watched("dies"), watched("exits"), job("works"), job("fails")];
  const [dead, exited, works, failed] = await runJobs(jobs, { script, concurrency: 1 });
  expect(dead).toMatchObject({ status: "rejected", reason: expect.any(RunFailure) as unknown });
  expect((dead as PromiseRejectedResult).reason).toMatchObject({
    message: expect.stringContaining("SIGKILL") as unknown,
  });
  expect((exited as PromiseRejectedResult).reason).toMatchObject({
    message: "The worker process ended with exit code 3:\nout of luck",
  });
  expect(works).toMatchObject({ status: "fulfilled", value: { modality: "works" } });
  expect((failed as PromiseRejectedResult).reason).toMatchObject({ name: "UserError", message: "No such file." });
  expect(failures.map((error) => (error as Error).name)).toEqual(["RunFailure", "RunFailure"]);
});

test("every job has a process of its own, and outcomes are in the order of the jobs", async () => {
  const outcomes = await runJobs([job("works"), job("works"), job("works")], { script, concurrency: 2 });
  const pids = outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value.device : "?"));
  expect(new Set(pids).size).toBe(3);
});

test("stopping asks the jobs under way to stop and starts no others", async () => {
  const stop = new AbortController();
  const jobs = [job("waits", () => stop.abort()), job("works")];
  const outcomes = await runJobs(jobs, { script, concurrency: 1, stop: stop.signal });
  expect(outcomes.map((outcome) => outcome.status)).toEqual(["rejected", "rejected"]);
  for (const outcome of outcomes) expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(Cancelled);
});

test("killing ends a worker that does not stop", async () => {
  const kill = new AbortController();
  const [outcome] = await runJobs([job("waits", () => kill.abort())], { script, concurrency: 1, kill: kill.signal });
  expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(Cancelled);
});

test("a script that is no worker fails with what it wrote", async () => {
  const broken = join(folder, "broken.js");
  await writeFile(broken, 'throw new Error("no such module");');
  const [outcome] = await runJobs([job("works")], { script: broken, concurrency: 1 });
  expect((outcome as PromiseRejectedResult).reason).toMatchObject({
    message: expect.stringContaining("no such module") as unknown,
  });
});
