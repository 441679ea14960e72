/** A command that came and went, and the line that says what to use. */
export interface Moved {
  readonly words: readonly string[];
  readonly answer: string;
}

/** Commands of earlier versions that no longer exist. */
export const MOVED: readonly Moved[] = [
  {
    words: ["init", "--mode", "localhost"],
    answer: "Cannot run init --mode localhost: that mode was removed. Use `kioku-mesh init --mode local`.",
  },
  {
    words: ["init", "--mode=localhost"],
    answer: "Cannot run init --mode localhost: that mode was removed. Use `kioku-mesh init --mode local`.",
  },
  {
    words: ["zenohd", "install"],
    answer: "Cannot run zenohd install: the router is part of this program now; there is nothing to install.",
  },
  {
    words: ["messaging", "orphan-acks"],
    answer:
      "Cannot run messaging orphan-acks: acknowledgements and messages may come in any order now; none is orphaned.",
  },
  {
    words: ["config", "render-storages"],
    answer:
      "Cannot run config render-storages: the router's configuration is made at every start from config.yaml.",
  },
];
