import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";

import { UserError } from "../../core/errors";

export interface TokenizerOptions {
  /** Longer texts are cut to this many tokens, special ones included. */
  readonly maxTokens: number;
  /** Adds the tokenizer's own special tokens, such as [CLS] and [SEP]. */
  readonly specialTokens: boolean;
}

const TokenizerFile = z.looseObject({
  model: z.looseObject({ vocab: z.union([z.record(z.string(), z.number()), z.array(z.unknown())]) }),
  padding: z.looseObject({ pad_id: z.int().min(0) }).nullish(),
});

const TokenizerConfigFile = z.looseObject({
  pad_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish(),
});

/** Tokens that padding is usually made of, where neither file says. */
const usualPadTokens = ["[PAD]", "<pad>", "<|pad|>", "<|endoftext|>"];

/** Turns texts into token ids as the `tokenizer.json` beside a published model prescribes: BPE, WordPiece or Unigram. */
export class TextTokenizer {
  readonly #prefix: readonly number[];
  readonly #suffix: readonly number[];

  private constructor(
    readonly tokenizer: Tokenizer,
    readonly options: TokenizerOptions,
    /** Fills rows up to a common length; models do not see it behind an attention mask. */
    readonly padTokenId: number,
    /** SHA-256 of everything that determines the ids. */
    readonly hash: string,
  ) {
    const { prefix, suffix } = options.specialTokens ? specialTokensOf(tokenizer) : { prefix: [], suffix: [] };
    this.#prefix = prefix;
    this.#suffix = suffix;
  }

  /**
   * Reads `tokenizer.json` and, if it is there, the `tokenizer_config.json` in the same folder.
   * @throws UserError when the file is missing or is no tokenizer, or leaves no room for a token.
   */
  static async load(path: string, options: TokenizerOptions): Promise<TextTokenizer> {
    const content = await readFile(path, "utf8").catch((cause: unknown) => {
      throw new UserError(
        `The tokenizer "${path}" cannot be read; correct "text.backbone.tokenizer", the tokenizer.json published with the backbone.`,
        { cause },
      );
    });
    const file = TokenizerFile.safeParse(parseJson(path, content));
    if (!file.success)
      throw new UserError(
        `"${path}" is no tokenizer.json: it has no "model" with a "vocab"; take the file published with the backbone.`,
      );
    const configPath = join(dirname(path), "tokenizer_config.json");
    const configContent = await readFile(configPath, "utf8").catch(() => "{}");
    const config = TokenizerConfigFile.safeParse(parseJson(configPath, configContent)).data ?? {};
    const tokenizer = makeTokenizer(path, file.data, config);
    const hash = createHash("sha256")
      .update(JSON.stringify([options.maxTokens, options.specialTokens]))
      .update(content)
      .update(configContent)
      .digest("hex");
    const made = new TextTokenizer(tokenizer, options, padTokenId(tokenizer, file.data, config), hash);
    const specials = made.#prefix.length + made.#suffix.length;
    if (options.maxTokens <= specials)
      throw new UserError(
        `"text.backbone.maxTokens" is ${options.maxTokens}, but "${path}" adds ${specials} special tokens; allow at least ${specials + 1}.`,
      );
    return made;
  }

  /** Ids of one text, cut to `maxTokens` but not padded; never empty, so that a mean over tokens exists. */
  encode(text: string): number[] {
    const room = this.options.maxTokens - this.#prefix.length - this.#suffix.length;
    const { ids } = this.tokenizer.encode(text, { add_special_tokens: false });
    const whole = [...this.#prefix, ...ids.slice(0, room), ...this.#suffix];
    return whole.length > 0 ? whole : [this.padTokenId];
  }
}

function makeTokenizer(path: string, file: object, config: object): Tokenizer {
  try {
    return new Tokenizer(file, config);
  } catch (cause) {
    throw new UserError(
      `"${path}" describes a tokenizer that is not supported (${(cause as Error).message}); use a BPE, WordPiece or Unigram one.`,
      {
        cause,
      },
    );
  }
}

/** What the tokenizer puts around one text, so that a text can be cut before it is put there. */
function specialTokensOf(tokenizer: Tokenizer): { prefix: number[]; suffix: number[] } {
  const probe = "a";
  const plain = tokenizer.encode(probe, { add_special_tokens: false }).ids;
  const whole = tokenizer.encode(probe, { add_special_tokens: true }).ids;
  const start = whole.findIndex((_, at) => plain.every((id, offset) => whole[at + offset] === id));
  return { prefix: whole.slice(0, start), suffix: whole.slice(start + plain.length) };
}

function padTokenId(
  tokenizer: Tokenizer,
  file: z.infer<typeof TokenizerFile>,
  { pad_token: padToken }: z.infer<typeof TokenizerConfigFile>,
): number {
  if (file.padding) return file.padding.pad_id;
  const named = typeof padToken === "string" ? padToken : padToken?.content;
  for (const token of named === undefined ? usualPadTokens : [named, ...usualPadTokens]) {
    const id = tokenizer.token_to_id(token);
    if (id !== undefined) return id;
  }
  return 0;
}

function parseJson(path: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new UserError(`"${path}" is not valid JSON (${(cause as Error).message}); copy the file again.`, { cause });
  }
}
