import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { UserError } from "../../../src/core/errors";
import { readPickle } from "../../../src/engine/datasets/clips/pickle/readPickle";

const read = (base64: string) => readPickle("x.pkl", Buffer.from(base64, "base64"));

const expected = new Map<unknown, unknown>([
  ["clip_1", [["a", "man", "é"], ["a"]]],
  ["n", [1, 300, -70_000, 2.5, null, true, false]],
  ["t", [["x"], ["y", "z"], [1, 2, 3], [1, 2, 3, 4], []]],
]);

/** What pickle.dumps of Python 3 makes of the value above, by protocol. */
const pickles: Readonly<Record<string, string>> = {
  0: "KGRwMApWY2xpcF8xCnAxCihscDIKKGxwMwpWYQpwNAphVm1hbgpwNQphVukKcDYKYWEobHA3Cmc0CmFhc1ZuCnA4CihscDkKSTEKYUkzMDAKYUktNzAwMDAKYUYyLjUKYU5hSTAxCmFJMDAKYXNWdApwMTAKKGxwMTEKKFZ4CnAxMgp0cDEzCmEoVnkKcDE0ClZ6CnAxNQp0cDE2CmEoSTEKSTIKSTMKdHAxNwphKEkxCkkyCkkzCkk0CnRwMTgKYSh0YXMu",
  1: "fXEAKFgGAAAAY2xpcF8xcQFdcQIoXXEDKFgBAAAAYXEEWAMAAABtYW5xBVgCAAAAw6lxBmVdcQdoBGFlWAEAAABucQhdcQkoSwFNLAFKkO7+/0dABAAAAAAAAE5JMDEKSTAwCmVYAQAAAHRxCl1xCygoWAEAAAB4cQx0cQ0oWAEAAAB5cQ5YAQAAAHpxD3RxEChLAUsCSwN0cREoSwFLAksDSwR0cRIpZXUu",
  2: "gAJ9cQAoWAYAAABjbGlwXzFxAV1xAihdcQMoWAEAAABhcQRYAwAAAG1hbnEFWAIAAADDqXEGZV1xB2gEYWVYAQAAAG5xCF1xCShLAU0sAUqQ7v7/R0AEAAAAAAAAToiJZVgBAAAAdHEKXXELKFgBAAAAeHEMhXENWAEAAAB5cQ5YAQAAAHpxD4ZxEEsBSwJLA4dxEShLAUsCSwNLBHRxEilldS4=",
  3: "gAN9cQAoWAYAAABjbGlwXzFxAV1xAihdcQMoWAEAAABhcQRYAwAAAG1hbnEFWAIAAADDqXEGZV1xB2gEYWVYAQAAAG5xCF1xCShLAU0sAUqQ7v7/R0AEAAAAAAAAToiJZVgBAAAAdHEKXXELKFgBAAAAeHEMhXENWAEAAAB5cQ5YAQAAAHpxD4ZxEEsBSwJLA4dxEShLAUsCSwNLBHRxEilldS4=",
  4: "gASVdAAAAAAAAAB9lCiMBmNsaXBfMZRdlChdlCiMAWGUjANtYW6UjALDqZRlXZRoBGFljAFulF2UKEsBTSwBSpDu/v9HQAQAAAAAAABOiIlljAF0lF2UKIwBeJSFlIwBeZSMAXqUhpRLAUsCSwOHlChLAUsCSwNLBHSUKWV1Lg==",
  5: "gAWVdAAAAAAAAAB9lCiMBmNsaXBfMZRdlChdlCiMAWGUjANtYW6UjALDqZRlXZRoBGFljAFulF2UKEsBTSwBSpDu/v9HQAQAAAAAAABOiIlljAF0lF2UKIwBeJSFlIwBeZSMAXqUhpRLAUsCSwOHlChLAUsCSwNLBHSUKWV1Lg==",
};

describe("a plain pickle", () => {
  test.each(Object.entries(pickles))("of protocol %s is read as data", (_, base64) => {
    expect(read(base64)).toEqual(expected);
  });

  test("of Python 2 holds byte strings", () => {
    expect(readPickle("x.pkl", Buffer.from("(dS'it\\'s \\xc3\\xa9'\n(lS\"a\"\nas."))).toEqual(
      new Map([["it's é", ["a"]]]),
    );
    expect(readPickle("x.pkl", Buffer.from("}U\x01aT\x02\x00\x00\x00bcs.", "latin1"))).toEqual(new Map([["a", "bc"]]));
  });
});

describe("a pickle is refused", () => {
  test.each<[string, string | Buffer, RegExp]>([
    [
      "that imports a name",
      "cos\nsystem\n(S'echo'\ntR.",
      /the opcode GLOBAL at byte 0, and only plain dictionaries, .* write the same data as JSON/,
    ],
    ["that calls something", "(S'x'\nt)R.", /opcode REDUCE/],
    ["that makes an instance", "(S'x'\nios\nsystem\n.", /opcode INST/],
    ["that builds an object", "}}b.", /opcode BUILD/],
    ["that names an outside object", "Pabc\n.", /opcode PERSID/],
    [
      "that imports from the stack",
      Buffer.from("\x80\x04\x8c\x02os\x8c\x06system\x93.", "latin1"),
      /opcode STACK_GLOBAL/,
    ],
    ["with a new object", Buffer.from("}})\x81.", "latin1"), /opcode NEWOBJ/],
    ["with an extension", Buffer.from("\x82\x01.", "latin1"), /opcode EXT1/],
    ["with a set", Buffer.from("\x80\x04\x8f.", "latin1"), /opcode 0x8f/],
    ["that is empty", "", /is cut off \(at byte 0\); copy it again/],
    ["without an end", "}", /is cut off/],
    ["whose text is longer than the file", Buffer.from("X\xff\xff\xff\xff.", "latin1"), /is cut off/],
    [
      "whose text is longer than any file",
      Buffer.from("\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "latin1"),
      /is cut off/,
    ],
    ["that takes from an empty stack", "a.", /is malformed/],
    ["that fills what is no list", "}]a.", /is malformed/],
    ["with a key and no value", "(S'a'\nd.", /is malformed/],
    ["without the mark it goes back to", "]e.", /is malformed/],
    ["that recalls what it never kept", "g5\n.", /is malformed/],
    ["with a malformed number", "I12x\n.", /malformed number/],
    ["with a number of many digits", `L${"9".repeat(5000)}L\n.`, /malformed number/],
    ["with an unquoted text", "Sabc\n.", /is malformed/],
    ["that ends with a mark", "(.", /is malformed/],
  ])("%s", (_, content, message) => {
    expect(() => readPickle("x.pkl", Buffer.from(content as string))).toThrow(UserError);
    expect(() => readPickle("x.pkl", Buffer.from(content as string))).toThrow(message);
  });

  test("or read, whatever its bytes", () => {
    const opcodes = fc.constantFrom(..."(dlaesu]}t)NIJKMSUVXpqgh\x80\x85\x86\x87\x88\x94\x95\x8c.cRb0".split(""));
    const bytes = fc.array(
      fc.oneof(
        opcodes,
        fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n)),
      ),
    );
    fc.assert(
      fc.property(bytes, (characters) => {
        try {
          readPickle("x.pkl", Buffer.from(characters.join(""), "latin1"));
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("or shared, not copied, when it refers to one list many times", () => {
    // Each list holds the one before twice: 2^60 members if it were copied.
    const nested = `]q\x00${Array.from({ length: 60 }, () => "]q\x01h\x00ah\x00aq\x00").join("")}.`;
    expect(readPickle("x.pkl", Buffer.from(nested, "latin1"))).toHaveLength(2);
    // A list that holds itself.
    expect(readPickle("x.pkl", Buffer.from("]q\x00h\x00a.", "latin1"))).toHaveLength(1);
  });

  test("or read without recursion, however deep", () => {
    const depth = 200_000;
    expect(readPickle("x.pkl", Buffer.from("]".repeat(depth) + "a".repeat(depth - 1) + "."))).toHaveLength(1);
  });
});
