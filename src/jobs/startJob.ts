import { fork } from "node:child_process";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { RunFailure } from "../core/errors";
import { type JobRecord, jobFormatVersion, type JobState } from "../core/experiment/jobRecord";
import { CONDUCTOR_PROTOCOL_VERSION, type ConductorCalls, type ConductorEvents } from "../protocol/conductor";
import { processChannel } from "../protocol/processChannel";
import { connect } from "../protocol/rpc";
import { nodeFileSystem } from "../store/nodeFileSystem";
import { childEnvironment, noConsole } from "./childEnvironment";
import { jobFiles, makeJobDirectory, readJobState } from "./jobFiles";
import type { JobEnd, JobHandle } from "./jobHandle";
import { processDeath } from "./processDeath";
import { StateCell } from "./stateCell";
import type { WorkerProgram } from "./workerProcess";

const HANDSHAKE_TIMEOUT_MS = 20_000;

/**
 * Starts a process that works through a list of runs, and watches it.
 * @param program path of the bundled `conductor.js`, beside which lies `worker.js`, and the Node to run both under
 * @throws RunFailure when the process cannot start or does not answer, UserError when the disk refuses
 */
export async function startJob(record: JobRecord, { script, nodePath }: WorkerProgram): Promise<JobHandle> {
  const directory = await makeJobDirectory(record.runsDirectory);
  const log = await open(join(directory, jobFiles.log), "a");
  const child = fork(script, [directory], {
    ...(nodePath !== undefined && { execPath: nodePath }),
    execArgv: [],
    env: childEnvironment(),
    // A group of its own, and no pipe but this process's: it can then outlive this process, its terminal and its session.
    detached: record.keepsRunning,
    stdio: ["ignore", log.fd, log.fd, "ipc"],
    serialization: "advanced",
    ...noConsole,
  });
  const death = processDeath(child, "conductor");
  await log.close();

  const cell = new StateCell(initialState(record));
  const channel = processChannel(child, (listener) => void death.then(({ reason }) => listener(reason)));
  const { call } = connect<ConductorCalls, ConductorEvents>(channel, {}, { state: (state) => cell.set(state) });
  try {
    await call("hello", { protocolVersion: CONDUCTOR_PROTOCOL_VERSION }, { timeoutMs: HANDSHAKE_TIMEOUT_MS });
    await call("start", { jobDirectory: directory, record });
  } catch (error) {
    child.kill("SIGKILL");
    await death;
    await rm(directory, { recursive: true, force: true });
    throw new RunFailure(`The runs could not be started: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }

  const ended = death.then(async ({ reason }): Promise<JobEnd> => {
    // The last message may have been lost with the process; the file says it too.
    const last = await readJobState(nodeFileSystem, directory).catch(() => undefined);
    if (last) cell.set(last);
    return cell.state.phase === "ended" ? { kind: "ended" } : { kind: "died", reason };
  });
  return {
    directory,
    record,
    get state() {
      return cell.state;
    },
    ended,
    onChange: cell.onChange,
    command: async (command) => {
      if (child.connected) await call("command", command);
    },
    release: () => {
      if (child.connected) child.disconnect();
      child.unref();
    },
  };
}

function initialState({ runs }: JobRecord): JobState {
  return {
    formatVersion: jobFormatVersion,
    phase: "extracting",
    extractions: [],
    runs: runs.map(({ resume }) => ({ state: "waiting", ...(resume !== undefined && { directory: resume }) })),
  };
}
