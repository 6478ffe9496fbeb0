import { join } from "node:path";
import { writeJsonAtomic } from "../store/atomicFile";
import { nodeFileSystem } from "../store/nodeFileSystem";
import { systemProcesses } from "../store/processIdentity";
import { RunLock } from "../store/runLock";
import { CONDUCTOR_PROTOCOL_VERSION, type ConductorCalls, type ConductorEvents } from "../protocol/conductor";
import { processChannel } from "../protocol/processChannel";
import { connect, type Handlers, type Nothing } from "../protocol/rpc";
import { Conductor } from "./conductor";
import { jobFiles } from "./jobFiles";
import { StatePublisher } from "./statePublisher";
import { watchJobDirectory } from "./watchJobDirectory";

/**
 * Main of the conductor process, which works through one list of runs. Its directory says what it does, for editors that come
 * later, and takes their requests; nothing listens on a port. It ends when nothing is left to do, when its directory is gone
 * or taken over, and, unless it is to keep running, with the editor that started it.
 */

/** Runs that do not stop by themselves within this time are killed. */
const STOP_TIMEOUT_MS = 15_000;

/** A process that has nothing left to do ends by itself, or is ended after this time. */
const EXIT_TIMEOUT_MS = 5_000;

let conductor: Conductor | undefined;
let keepsRunning = false;

function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

/** Stops all runs between two batches; those that hang are killed. */
function stopAll(why: string): void {
  log(`Stopping all runs: ${why}`);
  if (!conductor) process.exit(0);
  conductor.command({ kind: "stop" });
  setTimeout(() => conductor?.command({ kind: "kill" }), STOP_TIMEOUT_MS).unref();
}

const handlers: Handlers<Pick<ConductorCalls, "hello" | "start" | "command">> = {
  hello: ({ protocolVersion }) => {
    if (protocolVersion !== CONDUCTOR_PROTOCOL_VERSION)
      throw new Error(`Protocol ${CONDUCTOR_PROTOCOL_VERSION} was asked for version ${protocolVersion}; build again.`);
    return { pid: process.pid, node: process.versions.node };
  },
  start: async ({ jobDirectory, record }) => {
    if (conductor) throw new Error("One conductor works on one list.");
    keepsRunning = record.keepsRunning;
    const lock = await RunLock.acquire(nodeFileSystem, jobDirectory, { processes: systemProcesses, now: Date.now });
    await writeJsonAtomic(nodeFileSystem, join(jobDirectory, jobFiles.record), record);
    const made = new Conductor(record, {
      worker: { script: join(__dirname, "worker.js") },
      onChange: (state, isUrgent) => publisher.publish(state, isUrgent),
      log,
    });
    const publisher = new StatePublisher(
      nodeFileSystem,
      jobDirectory,
      made.state,
      (state) => peer.emit("state", state),
      (error) => log(`The state cannot be written: ${error instanceof Error ? error.message : String(error)}`),
    );
    await publisher.flush();
    conductor = made;
    const watch = watchJobDirectory(nodeFileSystem, jobDirectory, lock.token, {
      onCommand: (command) => made.command(command),
      onLost: (why) => stopAll(why),
      onError: (error) => log(`${jobDirectory} cannot be read: ${String(error)}`),
    });
    void made.work().then(async () => {
      watch.stop();
      await publisher.flush();
      await lock.release().catch((error: unknown) => log(String(error)));
      // What was told last arrives before the pipe closes, and nothing else keeps the process.
      if (process.connected) process.disconnect();
      setTimeout(() => process.exit(0), EXIT_TIMEOUT_MS).unref();
    });
  },
  command: (command) => {
    conductor?.command(command);
  },
};

const closed = (listener: (reason: string) => void): void => {
  process.once("disconnect", () => listener("The editor that started this process is gone."));
};
const peer = connect<Nothing, Nothing, ConductorEvents>(processChannel(process, closed), handlers);

process.once("disconnect", () => {
  if (!conductor) process.exit(0);
  if (keepsRunning) log("The editor is gone; the runs go on.");
  else stopAll("the editor is gone");
});
process.on("SIGTERM", () => stopAll("the process was asked to end"));
// Ctrl+C and the end of a terminal reach whole groups of processes; what they mean is decided by the editor.
process.on("SIGINT", () => undefined);
process.on("SIGHUP", () => undefined);
