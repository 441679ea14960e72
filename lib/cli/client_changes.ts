import { formatTime } from "../core/time.ts";
import { isFolder } from "../core/files.ts";
import { findFolders } from "../core/paths.ts";
import { hex } from "../core/random.ts";
import type { Change } from "../clients/change.ts";
import { Changed, writeConfigFile } from "../clients/config_file.ts";
import { unifiedDiff } from "../clients/diff.ts";
import { digestOf, Journal } from "../clients/journal.ts";
import type { Surroundings } from "../memory/open.ts";
import { ask } from "./confirm.ts";
import type { Options } from "./options.ts";
import type { Output } from "./output.ts";

/** How often a change is planned anew when another program changes the file meanwhile. */
const ATTEMPTS = 3;

/** How a change ended: nothing had to be done, it was made, only shown, or the user said no. */
export type Outcome = "unchanged" | "done" | "shown" | "declined";

/** Shows changes of clients' files, asks, makes them and writes them down, so that they can be rolled back. */
export class ClientChanges {
  readonly journal: Journal;
  readonly #around: Surroundings;
  readonly #output: Output;
  readonly #onlyShow: boolean;
  readonly #yes: boolean;
  readonly #ask: (question: string) => boolean;
  readonly #run: string;

  /** `question` stands in for the person in tests. */
  constructor(
    around: Surroundings,
    options: Options,
    output: Output,
    question: (text: string) => boolean = (text) => ask(text, output),
  ) {
    const { state } = findFolders(around.env, around.platform, isFolder);
    this.journal = new Journal(state, around.clock, around.random);
    this.#around = around;
    this.#output = output;
    this.#onlyShow = options.has("dryRun");
    this.#yes = options.has("yes");
    this.#ask = question;
    this.#run = hex(around.random(8));
  }

  /**
   * Makes the changes that `plan` gives, after one question for all of them. A file that another program changes meanwhile
   * is planned, shown and asked about again.
   */
  make(plan: () => readonly Change[], question: string): Outcome {
    for (let attempt = 1;; attempt++) {
      const changes = plan();
      if (changes.length === 0) return "unchanged";
      for (const change of changes) this.#show(change);
      if (this.#onlyShow) return "shown";
      if (!this.#yes && !this.#ask(question)) return "declined";
      try {
        for (const change of changes) this.#write(change);
        return "done";
      } catch (error) {
        if (!(error instanceof Changed) || attempt === ATTEMPTS) throw error;
        this.#output.note("another program changed the file meanwhile; looking again.");
      }
    }
  }

  #show({ client, what, file, after }: Change): void {
    const link = file.target === file.path ? "" : ` (a link to ${file.target})`;
    this.#output.line(`${client}: ${what}: ${file.path}${link}`);
    this.#output.line(unifiedDiff(file.path, file.text, after));
  }

  #write({ deed, client, file, after, audience }: Change): void {
    const { clock, random } = this.#around;
    const stamp = formatTime(clock()).slice(0, 19).replaceAll(/[-:]/g, "") + "Z";
    const { backup } = writeConfigFile(file, after, audience, stamp, random);
    const copy = backup === undefined ? "" : ` (before: ${backup})`;
    this.#output.line(`${after === undefined ? "removed" : "wrote"} ${file.path}${copy}`);
    if (deed === "rollback") return;
    this.journal.add({
      run: this.#run,
      deed,
      client,
      path: file.path,
      target: file.target,
      before: digestOf(file.text),
      after: digestOf(after),
      backup: backup ?? null,
    });
  }
}
