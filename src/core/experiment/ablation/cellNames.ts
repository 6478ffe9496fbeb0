/** Longer names are cut and told apart by a hash: with experiment and seed they become names of directories. */
const maxLength = 60;

/** "learningRate" → "learning-rate": lower-case letters and digits, joined by hyphens. */
export function kebabCase(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

/** A value in the characters of names: 0.001 → "1e-3", 0.25 → "0-25", "warmup-cosine" as it is. */
export function valueSlug(value: unknown): string {
  if (typeof value === "number") return numberSlug(value);
  if (typeof value === "string") return kebabCase(value).slice(0, 30).replace(/-+$/, "") || shortHash(value);
  if (typeof value === "boolean" || value === null) return String(value);
  const text = JSON.stringify(value);
  const isShort = Array.isArray(value) && value.length <= 4 && value.every((entry) => typeof entry === "number");
  if (isShort && value.length > 0) return value.map(numberSlug).join("-");
  const name = Array.isArray(value) ? undefined : (value as Record<string, unknown>)["name"];
  return typeof name === "string" && kebabCase(name) !== "" ? kebabCase(name) : shortHash(text);
}

function numberSlug(value: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 0.01 || size >= 1e6) ? value.toExponential() : String(value);
  return text.replace(/^-/, "minus-").replace("e+", "e").replaceAll(".", "-");
}

/** Six digits of a 32-bit FNV-1a hash: tells a few texts apart, the same way every time. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0").slice(0, 6);
}

/** The name of a cell from those of its levels. */
export function cellName(levels: readonly string[]): string {
  const name = levels.join("-");
  return name.length <= maxLength ? name : `${name.slice(0, maxLength - 7).replace(/-+$/, "")}-${shortHash(name)}`;
}
