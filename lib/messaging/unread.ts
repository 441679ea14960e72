import type { MessagingContext } from "./context.ts";
import { countUnread, MOST_COUNTED } from "./mail.ts";
import { sessionOf } from "./sessions.ts";

/** One line about mail that the session was not shown yet; it repeats nothing that anybody wrote. Undefined without any. */
export function unreadLine(context: MessagingContext): string | undefined {
  return lineOf(countUnread(context));
}

/** The same for an agent of whose session nothing but its client id is known, as a hook of its client has it. */
export function unreadLineOf(context: MessagingContext, agent: string): string | undefined {
  const asAgent = { ...context, identity: { ...context.identity, clientId: agent } };
  return lineOf(countUnread(asAgent, sessionOf(asAgent, agent)));
}

function lineOf(count: number): string | undefined {
  if (count === 0) return undefined;
  const many = count >= MOST_COUNTED ? `${MOST_COUNTED} or more` : String(count);
  return `${many} unread message${count === 1 ? "" : "s"} from other agents: check_messages shows ${
    count === 1 ? "it" : "them"
  }.`;
}
