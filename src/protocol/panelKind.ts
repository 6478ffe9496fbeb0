/** The panels that show one run each. */
export const panelKinds = ["runDashboard", "layerLens"] as const;
export type PanelKind = (typeof panelKinds)[number];

/** Type of a webview panel, as `onWebviewPanel:` of the manifest names it. */
export function viewType(kind: PanelKind): `unipt.${PanelKind}` {
  return `unipt.${kind}`;
}
