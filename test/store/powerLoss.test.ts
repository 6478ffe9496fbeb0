import { expect, test } from "vitest";
import { SimulatedDisk, type Survival } from "../support/simulatedDisk";
import { expectFinished, trainToEnd, type Promised } from "./fakeRun";

const nothingPromised = (): Promised => ({ isCreated: false, step: 0, isFinished: false });

async function wholeRun(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  await trainToEnd(disk, 1, nothingPromised());
  return disk;
}

/** Runs until the power goes at `call`; what a process notices of that is of no interest. */
async function cutShort(disk: SimulatedDisk, call: number, pid: number, promised: Promised): Promise<void> {
  disk.fault = { call, code: "power" };
  try {
    await trainToEnd(disk, pid, promised);
  } catch (error) {
    if (!disk.isOff) throw error;
  }
}

const seeds = Array.from({ length: 12 }, (_, seed) => ({ seed }));
const survivals: readonly Survival[] = ["nothing", "everything", ...seeds];

test("an undisturbed run is complete, and stays so when the power goes right after it", async () => {
  const disk = await wholeRun();
  await expectFinished(disk, disk.paths());
  const after = disk.afterPowerLoss("nothing");
  await expectFinished(after, after.paths());
});

test("power loss at every call, with every fate of what was not synced: no promise is broken", async () => {
  const { calls } = await wholeRun();
  expect(calls).toBeGreaterThan(100);
  for (let call = 1; call <= calls; call++) {
    for (const survival of survivals) {
      const [disk, promised] = [new SimulatedDisk(), nothingPromised()];
      await cutShort(disk, call, 1, promised);
      const after = disk.afterPowerLoss(survival);
      await trainToEnd(after, 2, promised).catch((error: unknown) => {
        throw new Error(`after power loss at call ${call}, survival ${JSON.stringify(survival)}`, { cause: error });
      });
      await expectFinished(after, after.paths());
    }
  }
});

test("a second power loss at every call of the recovery", async () => {
  const { calls } = await wholeRun();
  for (let call = 3; call <= calls; call += 7) {
    for (let again = 1; again <= 60; again += 3) {
      const [disk, promised] = [new SimulatedDisk(), nothingPromised()];
      await cutShort(disk, call, 1, promised);
      const second = disk.afterPowerLoss({ seed: call });
      await cutShort(second, again, 2, promised);
      const third = second.afterPowerLoss({ seed: again });
      await trainToEnd(third, 3, promised);
      await expectFinished(third, third.paths());
    }
  }
});
