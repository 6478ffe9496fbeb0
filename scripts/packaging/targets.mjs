/** Platforms that both ONNX Runtime and sharp have binaries for, by the names of VS Code's targets. */
export const targets = ["linux-x64", "linux-arm64", "darwin-arm64", "win32-x64", "win32-arm64"];

/** Operating system and processor of a target, by the names of npm and Node. */
export function platformOf(target) {
  const [os, cpu] = target.split("-");
  return { os, cpu };
}
