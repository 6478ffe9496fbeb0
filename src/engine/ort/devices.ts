import { UserError } from "../../core/errors";
import { autoDevices } from "../../core/experiment/autoDevices";
import { findHardware } from "./hardware";
import { type Device, devices } from "./sessionOptions";
import { verifyDevice } from "./verifyDevice";

export interface ChosenDevice {
  /** The device that verifiably runs training steps here. */
  readonly device: Device;
  /** Why each better device was passed over, one sentence each. */
  readonly fallbacks: readonly string[];
}

/** Says in one sentence why a device does not run training steps here; undefined when it does. */
export type DeviceCheck = (device: Device) => Promise<string | undefined>;

/**
 * The device asked for, or for `auto` the best one that is hardware and has run training steps with the CPU's results.
 * @throws UserError when a device is named that does not run here, or that does not exist
 */
export async function chooseDevice(
  wanted: string,
  check: DeviceCheck = verifyDevice,
  hardware: (device: Device) => string | undefined = findHardware,
  platform: NodeJS.Platform = process.platform,
): Promise<ChosenDevice> {
  if (wanted !== "auto") {
    const device = devices.find((name) => name === wanted);
    if (!device) throw new UserError(`There is no device "${wanted}"; choose auto, ${devices.join(", ")}.`);
    const reason = await check(device);
    if (reason !== undefined) throw new UserError(`${reason} Use --device auto to take the best device that runs.`);
    return { device, fallbacks: [] };
  }
  const fallbacks: string[] = [];
  for (const device of autoDevices(platform)) {
    const reason = hardware(device) ?? (await check(device));
    if (reason === undefined) return { device, fallbacks };
    fallbacks.push(reason);
  }
  return { device: "cpu", fallbacks };
}
