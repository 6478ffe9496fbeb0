import type { CommandTable } from "./app";
import { experimentCommands } from "./commands/experimentCommands";
import { panelCommands } from "./commands/panelCommands";
import { runCommands } from "./commands/runCommands";
import { sampleCommands } from "./commands/sampleCommands";
import { treeCommands } from "./commands/treeCommands";

/** Every command of `contributes.commands`, as data; a test compares the keys. */
export const commands: CommandTable = {
  ...runCommands,
  ...experimentCommands,
  ...treeCommands,
  ...panelCommands,
  ...sampleCommands,
  "unipt.showLog": (app) => () => app.log.show(),
};
