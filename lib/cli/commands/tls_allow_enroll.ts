import { HOUR } from "../../core/clock.ts";
import { UsageError } from "../../core/errors.ts";
import { isSlug } from "../../core/scope.ts";
import { formatTime, parseDuration } from "../../core/time.ts";
import { allowEnrolment, endEnrolment } from "../../tls/enrolment.ts";
import { holdsAuthority, tlsFiles } from "../../tls/files.ts";
import type { Ended, SetupCommand } from "../command.ts";
import { repeated } from "../repeated.ts";
import { tlsFolder } from "../tls_place.ts";

/** `kioku-mesh tls allow-enroll`: for a while, `tls enroll` over ssh is signed without asking. */
export const tlsAllowEnroll: SetupCommand = {
  access: "setup",
  declare(declaration) {
    declaration
      .option("--user <user>", "a user that may be granted; may be repeated (without: none)", repeated)
      .option("--team <team>", "a team that may be granted; may be repeated (without: none)", repeated)
      .option("--for <duration>", "how long, such as 15m or 2h (default: 1h)")
      .option("--off", "no longer")
      .option("--json", "print the result as JSON");
  },
  async run({ around, options, output }): Promise<Ended> {
    const folder = await tlsFolder(around);
    if (!holdsAuthority(folder)) {
      throw new UsageError(`Cannot let hosts enrol: the authority is not here (${tlsFiles(folder).caKey}).`);
    }
    if (options.has("off")) {
      const ended = endEnrolment(folder);
      output.line(
        options.has("json") ? JSON.stringify({ until: null }) : ended ? "closed" : "closed already",
      );
      return 0;
    }
    const users = options.texts("user");
    const teams = options.texts("team");
    const wrong = [...users, ...teams].find((slug) => !isSlug(slug));
    if (wrong !== undefined) {
      throw new UsageError(
        `Cannot allow "${wrong}": a user or team is 1–64 letters, digits, dots, dashes or underscores.`,
      );
    }
    const text = options.filled("for");
    const lasts = text === undefined ? HOUR : parseDuration(text);
    if (lasts === undefined || lasts <= 0) {
      throw new UsageError(`Cannot use --for "${text}": it is not a length of time. Write 15m, 2h or 1d.`);
    }
    const until = around.clock() + lasts;
    allowEnrolment(folder, { until, users, teams }, around.random);
    if (options.has("json")) output.line(JSON.stringify({ until: formatTime(until), users, teams }));
    else {
      output.line(`hosts may enrol until ${formatTime(until).slice(0, 16).replace("T", " ")} UTC`);
      output.line(
        `as: ${
          [
            ...users.map((user) => `user ${user}`),
            ...teams.map((team) => `team ${team}`),
          ].join(", ") || "hosts of nobody"
        }`,
      );
      output.note(
        "note: whoever can log in here by ssh as you can enrol without being asked. `--off` ends it.",
      );
    }
    return 0;
  },
};
