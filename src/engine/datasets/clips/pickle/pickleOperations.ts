import type { PickleMachine, PickleValue } from "./pickleMachine";

type Operation = (machine: PickleMachine) => void;

/** What the opcodes do that make or fill plain values. */
export const pickleOperations: Readonly<Record<string, Operation>> = {
  "\x80": (m) => m.uint(1), // PROTO
  "\x95": (m) => m.uint64(), // FRAME
  "(": (m) => m.pushMark(),

  N: (m) => m.push(null),
  "\x88": (m) => m.push(true),
  "\x89": (m) => m.push(false),
  I: (m) => m.push(integerLine(m)),
  L: (m) => m.push(m.lineNumber()),
  J: (m) => m.push(m.take(4).readInt32LE()),
  K: (m) => m.push(m.uint(1)),
  M: (m) => m.push(m.uint(2)),
  "\x8a": (m) => m.push(signed(m, m.uint(1))), // LONG1
  F: (m) => m.push(Number(m.line())),
  G: (m) => m.push(m.take(8).readDoubleBE()),

  S: (m) => m.push(quotedLine(m)),
  T: (m) => m.push(m.text(m.uint(4))),
  U: (m) => m.push(m.text(m.uint(1))),
  V: (m) => m.push(unicodeLine(m)),
  X: (m) => m.push(m.text(m.uint(4))),
  "\x8c": (m) => m.push(m.text(m.uint(1))), // SHORT_BINUNICODE
  "\x8d": (m) => m.push(m.text(m.uint64())), // BINUNICODE8
  B: (m) => m.push(m.text(m.uint(4))),
  C: (m) => m.push(m.text(m.uint(1))),

  "]": (m) => m.push([]),
  l: (m) => m.push(m.popToMark()),
  a: (m) => m.append([m.pop()]),
  e: (m) => m.append(m.popToMark()),
  ")": (m) => m.push([]),
  t: (m) => m.push(m.popToMark()),
  "\x85": (m) => tuple(m, 1),
  "\x86": (m) => tuple(m, 2),
  "\x87": (m) => tuple(m, 3),

  "}": (m) => m.push(new Map()),
  d: dictionary,
  s: (m) => m.setItems([m.pop(), m.pop()].reverse()),
  u: (m) => m.setItems(m.popToMark()),

  p: (m) => m.put(m.lineNumber()),
  q: (m) => m.put(m.uint(1)),
  r: (m) => m.put(m.uint(4)),
  "\x94": (m) => m.put(), // MEMOIZE
  g: (m) => m.get(m.lineNumber()),
  h: (m) => m.get(m.uint(1)),
  j: (m) => m.get(m.uint(4)),
};

/** Names of opcodes that import, call or build something. */
export const refusedOpcodes: Readonly<Record<string, string>> = {
  c: "GLOBAL",
  i: "INST",
  o: "OBJ",
  R: "REDUCE",
  b: "BUILD",
  P: "PERSID",
  Q: "BINPERSID",
  "\x81": "NEWOBJ",
  "\x82": "EXT1",
  "\x83": "EXT2",
  "\x84": "EXT4",
  "\x92": "NEWOBJ_EX",
  "\x93": "STACK_GLOBAL",
};

function tuple(m: PickleMachine, length: number): void {
  m.push(Array.from({ length }, () => m.pop()).reverse());
}

function dictionary(m: PickleMachine): void {
  const values = m.popToMark();
  m.push(new Map());
  m.setItems(values);
}

/** Protocol 0 writes True and False as the integers 01 and 00. */
function integerLine(m: PickleMachine): PickleValue {
  const written = m.line();
  if (written === "01" || written === "00") return written === "01";
  return /^-?\d{1,15}$/.test(written) ? Number(written) : m.fail("holds a malformed number");
}

/** A little-endian two's complement number of up to six bytes. */
function signed(m: PickleMachine, length: number): number {
  if (length === 0) return 0;
  return length > 6 ? m.fail("holds a number of more than 48 bits") : m.take(length).readIntLE(0, length);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** A byte string in quotes, as Python 2 writes it; its bytes are taken for UTF-8. */
function quotedLine(m: PickleMachine): string {
  const line = m.line().trim();
  const quote = line[0];
  if (line.length < 2 || (quote !== "'" && quote !== '"') || !line.endsWith(quote)) return m.fail("is malformed");
  const bytes = line.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|.)/g, (_, code: string) => {
    return code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (escapes[code] ?? code);
  });
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** A Unicode string of protocol 0: Latin-1 with escapes for everything else. */
function unicodeLine(m: PickleMachine): string {
  return m.line().replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (written, short?: string, long?: string) => {
    const point = Number.parseInt(short ?? long ?? "", 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : written;
  });
}
