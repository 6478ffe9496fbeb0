const prefixes = ["", "k", "M", "G", "T", "P"];

/** A number of floating-point operations with a decimal prefix, for example "8.73 GFLOP". */
export function operationsText(operations: number, number: (value: number) => string): string {
  if (!Number.isFinite(operations)) return number(operations);
  const power = operations < 1000 ? 0 : Math.min(prefixes.length - 1, Math.floor(Math.log10(operations) / 3));
  const scaled = Number((operations / 1000 ** power).toPrecision(3));
  return `${number(scaled)} ${prefixes[power] ?? ""}FLOP`;
}
