import { spawnSync } from "node:child_process";
import { aptInstall } from "./aptInstall.mjs";

/** Installs Debian's ffmpeg where apt may be used; returns why the tests of videos have to be skipped, if they have. */
export function installFfmpeg() {
  const present = () =>
    process.env.UNIPT_FFMPEG !== undefined || spawnSync("ffprobe", ["-version"], { stdio: "ignore" }).status === 0;
  if (!present()) aptInstall(["ffmpeg"], "the tests of videos");
  return present() ? undefined : "ffmpeg is not on PATH (install it, or set UNIPT_FFMPEG).";
}
