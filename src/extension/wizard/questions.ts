import * as vscode from "vscode";
import { back, type Frame } from "./runWizard";

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

interface PickOptions<T> {
  readonly placeholder: string;
  readonly choices: readonly Choice<T>[];
  /** The choice that is suggested. */
  readonly active?: T | undefined;
}

/** A step that picks one of several. */
export function pickOne<T>(frame: Frame, options: PickOptions<T>): Promise<T | typeof back | undefined> {
  const { placeholder, choices, active } = options;
  const pick = vscode.window.createQuickPick<Choice<T>>();
  pick.placeholder = placeholder;
  pick.items = choices;
  pick.matchOnDescription = true;
  pick.activeItems = choices.filter(({ value }) => value === active);
  return settle(pick, frame, () => pick.selectedItems[0]?.value);
}

/** A step that picks any number of several, at least one. */
export function pickMany<T>(
  frame: Frame,
  { placeholder, choices, selected }: Omit<PickOptions<T>, "active"> & { readonly selected: readonly T[] },
): Promise<readonly T[] | typeof back | undefined> {
  const pick = vscode.window.createQuickPick<Choice<T>>();
  pick.placeholder = placeholder;
  pick.canSelectMany = true;
  pick.items = choices;
  pick.selectedItems = choices.filter(({ value }) => selected.includes(value));
  return settle(pick, frame, () =>
    pick.selectedItems.length > 0 ? pick.selectedItems.map(({ value }) => value) : undefined,
  );
}

interface InputOptions {
  readonly prompt: string;
  readonly value: string;
  readonly placeholder?: string;
  /** A sentence about what is wrong; undefined when nothing is. */
  readonly validate: (text: string) => string | undefined | Promise<string | undefined>;
}

/** A step that takes a text. */
export function inputText(frame: Frame, options: InputOptions): Promise<string | typeof back | undefined> {
  const { prompt, value, placeholder, validate } = options;
  const input = vscode.window.createInputBox();
  input.prompt = prompt;
  input.value = value;
  input.placeholder = placeholder;
  const check = async (): Promise<string | undefined> => {
    const checked = input.value;
    const wrong = await validate(checked);
    if (input.value === checked) input.validationMessage = wrong;
    return wrong;
  };
  input.onDidChangeValue(() => void check());
  return settle(input, frame, async () => ((await check()) === undefined ? input.value : undefined));
}

/** Shows a question until it is answered, left or gone back from; `read` gives undefined while there is no valid answer. */
function settle<T>(
  input: vscode.QuickPick<Choice<unknown>> | vscode.InputBox,
  frame: Frame,
  read: () => T | undefined | Promise<T | undefined>,
): Promise<T | typeof back | undefined> {
  const { title, step, totalSteps } = frame;
  Object.assign(input, { title, step, totalSteps, ignoreFocusOut: true });
  input.buttons = step > 1 ? [vscode.QuickInputButtons.Back] : [];
  return new Promise((resolve) => {
    const end = (result: T | typeof back | undefined): void => {
      resolve(result);
      input.dispose();
    };
    input.onDidTriggerButton(() => end(back));
    input.onDidHide(() => end(undefined));
    input.onDidAccept(async () => {
      const result = await read();
      if (result !== undefined) end(result);
    });
    input.show();
  });
}
