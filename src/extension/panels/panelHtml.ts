export interface PanelPage {
  /** Title of the page, for screen readers. */
  readonly title: string;
  /** BCP 47 tag of the user's language. */
  readonly language: string;
  /** Where the editor serves files of this extension from. */
  readonly cspSource: string;
  /** At least 128 random bits, new for every page. */
  readonly nonce: string;
  readonly script: string;
  readonly styles: readonly string[];
}

/** The page of a panel: nothing but its files. All content comes by message, and none of it as markup. */
export function panelHtml({ title, language, cspSource, nonce, script, styles }: PanelPage): string {
  const policy = [
    "default-src 'none'",
    // Figures are drawn from SVG before they are saved as pixels.
    `img-src ${cspSource} data:`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join("; ");
  return [
    "<!DOCTYPE html>",
    `<html lang="${escaped(language)}">`,
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    ...styles.map((style) => `<link rel="stylesheet" href="${escaped(style)}">`),
    `<title>${escaped(title)}</title>`,
    "</head>",
    "<body>",
    `<script nonce="${escaped(nonce)}" src="${escaped(script)}"></script>`,
    "</body>",
    "</html>",
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
