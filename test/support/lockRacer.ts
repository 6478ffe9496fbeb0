/** A process of the lock tests: takes, checks and gives back locks as it is told, and answers each order with one word. */
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { systemProcesses } from "../../src/store/processIdentity";
import { RunLock } from "../../src/store/runLock";

export interface LockOrder {
  readonly order: "take" | "check" | "give back";
  readonly directory: string;
}

let lock: RunLock | undefined;

async function obey({ order, directory }: LockOrder): Promise<string> {
  switch (order) {
    case "take":
      lock = await RunLock.acquire(nodeFileSystem, directory, { processes: systemProcesses, now: Date.now });
      return "taken";
    case "check":
      await lock?.check();
      return "held";
    case "give back":
      await lock?.release();
      return "given back";
  }
}

process.on("message", (order: LockOrder) => {
  void obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.(String(error)),
  );
});
process.on("disconnect", () => process.exit());
