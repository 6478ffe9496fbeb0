/** Names of a theme's icon and colour. */
export interface TreeIcon {
  readonly name: string;
  readonly color?: string;
}

/** What every row of the sidebar has. */
export interface TreeRow {
  /** Differs between rows and stays the same over changes. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly icon: TreeIcon;
  /** The kind, then what holds for it, each after a dot: menus depend on it. */
  readonly contextValue: string;
  /** What a screen reader says. */
  readonly spoken: string;
}

/** A row of a view without ticks. */
export interface PlainRow extends TreeRow {
  /** Everything that the row has to say, where it does not fit into the row. */
  readonly hover?: string;
  readonly children: readonly PlainRow[];
}
