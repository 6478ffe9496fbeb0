import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Installs Debian packages where that is possible without asking: as root, with apt. */
export function aptInstall(packages, purpose) {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  const apt = (...args) => spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"] });
  console.log(`Installing ${packages.join(", ")} for ${purpose} …`);
  apt("update", "-qq");
  apt("install", "-y", "-qq", "--no-install-recommends", ...packages);
}
