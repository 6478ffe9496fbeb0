import { UserError } from "../../../../core/errors";
import { PickleMachine, pickleRemedy, type PickleValue } from "./pickleMachine";
import { pickleOperations, refusedOpcodes } from "./pickleOperations";

const maxBytes = 256 * 2 ** 20;
/** An opcode of one byte may make an empty list, which takes fifty. */
const maxOpcodes = 20_000_000;

/**
 * Reads a pickle of dictionaries, lists, tuples, texts, numbers, True, False and None, as protocols 0 to 5 write them, as plain
 * data. Nothing is ever imported, called or built: an opcode that would is refused. Reading does not recurse, and values that
 * occur twice are shared; whoever walks through the result must bound its depth, because a list may hold itself.
 * @throws UserError when the pickle holds anything else, is broken, or too large
 */
export function readPickle(file: string, bytes: Buffer): PickleValue {
  if (bytes.length > maxBytes)
    throw new UserError(`"${file}" is a pickle of more than ${maxBytes / 2 ** 20} MiB; ${pickleRemedy}.`);
  const machine = new PickleMachine(file, bytes);
  for (let count = 0; count < maxOpcodes; count++) {
    const code = String.fromCharCode(machine.uint(1));
    if (code === ".") return machine.pop();
    const operation = pickleOperations[code];
    if (!operation)
      return machine.refuse(refusedOpcodes[code] ?? `0x${code.charCodeAt(0).toString(16).padStart(2, "0")}`);
    operation(machine);
  }
  return machine.fail(`holds more than ${maxOpcodes} values`);
}
