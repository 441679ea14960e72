import type { MessagingContext } from "./context.ts";
import { countUnread, MOST_COUNTED } from "./mail.ts";

/** One line about mail that the session was not shown yet; it repeats nothing that anybody wrote. Undefined without any. */
export function unreadLine(context: MessagingContext): string | undefined {
  const count = countUnread(context);
  if (count === 0) return undefined;
  const many = count >= MOST_COUNTED ? `${MOST_COUNTED} or more` : String(count);
  return `${many} unread message${count === 1 ? "" : "s"} from other agents: check_messages shows ${
    count === 1 ? "it" : "them"
  }.`;
}
