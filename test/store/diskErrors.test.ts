import { describe, expect, test } from "vitest";
import { UserError } from "../../src/core/errors";
import { SimulatedDisk } from "../support/simulatedDisk";
import { expectFinished, trainToEnd } from "./fakeRun";

describe.each(["ENOSPC", "EIO", "EMFILE", "EACCES"])("%s at every call", (code) => {
  test("stops the run with a sentence, breaks no promise, and the run goes on when the cause is gone", async () => {
    const whole = new SimulatedDisk();
    await trainToEnd(whole, 1, { isCreated: false, step: 0, isFinished: false });
    let stopped = 0;
    for (let call = 1; call <= whole.calls; call++) {
      const [disk, promised] = [new SimulatedDisk(), { isCreated: false, step: 0, isFinished: false }];
      disk.fault = { call, code };
      try {
        await trainToEnd(disk, 1, promised);
      } catch (error) {
        expect(error, `call ${call}`).toBeInstanceOf(UserError);
        expect((error as UserError).message).toMatch(/^[^\n]+[.]$/);
        stopped++;
        // A new process goes on where this one stopped.
        await trainToEnd(disk, 2, promised);
      }
      await expectFinished(disk, disk.paths());
    }
    expect(stopped).toBeGreaterThan(whole.calls / 3);
  });
});
