/** How one kind of secret is recognised. */
export interface SecretRule {
  /** Stable name, shown to people and usable in scripts: `github-personal-token`. */
  readonly id: string;
  /** What the secret is, in words. */
  readonly title: string;
  /**
   * Literal texts of which one stands in (or right before) every such secret. Nothing of a rule runs where none of them
   * stands: this is what keeps a scan of ordinary text cheap.
   */
  readonly anchors: readonly string[];
  /**
   * For a secret that is told by what stands before it: sticky, tried at the anchor, ends where the secret begins.
   * Without it the secret is told by its own form and begins at the anchor.
   */
  readonly lead?: RegExp;
  /** What must end right before the anchor, besides; tried on the 40 characters there. */
  readonly prior?: RegExp;
  /**
   * The secret itself: sticky. Its cost must grow with its length only: no nested repetition, and a repetition without
   * a bound only over characters among which no further anchor of the rule can begin a match.
   */
  readonly value: RegExp;
  /** Whether the anchor stands inside the secret, which then begins with the word before it. */
  readonly inside?: boolean;
  /** A last look at what matched, beyond the test for placeholders that every rule gets. */
  readonly accepts?: (value: string, around: Surroundings) => boolean;
}

/** The characters next to a match: empty at the ends of the text. */
export interface Surroundings {
  /** The character before the secret. */
  readonly before: string;
  /** The character after it. */
  readonly after: string;
}

/** A rule for a secret that is told by its own form. */
export function format(
  id: string,
  title: string,
  anchors: readonly string[],
  value: RegExp,
  more: Pick<SecretRule, "inside" | "accepts"> = {},
): SecretRule {
  return { id, title, anchors, value, ...more };
}
