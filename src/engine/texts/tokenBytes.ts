/** How a vocabulary writes the text that its tokens stand for. */
export interface TokenSpelling {
  /** Tokens are written in GPT-2's alphabet, in which every byte is a printable character. */
  readonly isByteLevel: boolean;
  /** Stands in front of tokens that go on with a word, e.g. `##`. */
  readonly continuingPrefix: string;
  /** Stands behind tokens that end a word, e.g. `</w>`. */
  readonly endOfWord: string;
}

const encoder = new TextEncoder();

/** UTF-8 bytes of the text that a token stands for, without the signs of its vocabulary and without spaces. */
export function tokenBytes(token: string, { isByteLevel, continuingPrefix, endOfWord }: TokenSpelling): Uint8Array {
  let text = token;
  if (continuingPrefix !== "" && text.startsWith(continuingPrefix)) text = text.slice(continuingPrefix.length);
  if (endOfWord !== "" && text.endsWith(endOfWord)) text = text.slice(0, -endOfWord.length);
  const [, byte] = /^<0x([0-9A-Fa-f]{2})>$/.exec(text) ?? [];
  if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16)).filter((value) => !isSpace(value));
  const bytes = isByteLevel ? byteLevel(text) : encoder.encode(text.replaceAll("▁", ""));
  return bytes.filter((value) => !isSpace(value));
}

/** Space, tab, line feed and their like. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Bytes that GPT-2's alphabet writes as themselves. */
function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

/** GPT-2's alphabet: printable bytes stand for themselves, the others are numbered from U+0100 on. */
const byteOf: ReadonlyMap<number, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => byte).map((byte, _, all) => {
    const hidden = all.slice(0, byte).filter((earlier) => !isPrintable(earlier)).length;
    return [isPrintable(byte) ? byte : 256 + hidden, byte];
  }),
);

function byteLevel(text: string): Uint8Array {
  return Uint8Array.from(
    Array.from(text).flatMap((character) => {
      const byte = byteOf.get(character.codePointAt(0) ?? 0);
      return byte === undefined ? Array.from(encoder.encode(character)) : [byte];
    }),
  );
}
