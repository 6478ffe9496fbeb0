const processors = { 62: "x64", 183: "arm64" };
const machines = { 0x8664: "x64", 0xaa64: "arm64" };

/**
 * Platform of a native file by its first bytes (ELF, Mach-O or PE), as a target's name; undefined when it is no native file.
 * @param head at least the first 4 KiB
 */
export function binaryKind(head) {
  if (head.readUInt32BE(0) === 0x7f454c46) return `linux-${processors[head.readUInt16LE(18)] ?? "?"}`;
  if (head.readUInt32LE(0) === 0xfeedfacf) return `darwin-${head.readUInt32LE(4) === 0x0100000c ? "arm64" : "x64"}`;
  if (head.toString("latin1", 0, 2) !== "MZ") return undefined;
  const header = head.readUInt32LE(0x3c);
  if (head.toString("latin1", header, header + 4) !== "PE\0\0") return undefined;
  return `win32-${machines[head.readUInt16LE(header + 4)] ?? "?"}`;
}
