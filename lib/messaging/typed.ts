import { byteLength } from "../core/bytes.ts";
import type { TmuxConfig } from "../core/config.ts";
import { scopeLabel } from "../core/scope.ts";
import type { Message } from "./message.ts";

// A pane's number, or session:window.pane. Never what tmux would read as an option or as another target.
const PANE = /^(?:%\d+|[A-Za-z0-9_-]+:[A-Za-z0-9_-]+(?:\.\d+)?)$/;

/** Why nothing at all may be typed into that pane; undefined when what the lists allow may. */
export function paneRefusal({ enabled, panes }: TmuxConfig, pane: string): string | undefined {
  if (!enabled) return "messaging.tmux.enabled is not true in config.yaml";
  if (!PANE.test(pane)) return `"${pane}" is no pane: write %3, or session:window.pane`;
  return panes.includes(pane) ? undefined : `messaging.tmux.pane_allowlist does not have ${pane}`;
}

/** Why this message may not be typed; undefined when it may. Repeats nothing of what it says. */
export function typingRefusal(
  { senders, scopes, maxBodyBytes }: TmuxConfig,
  message: Message,
): string | undefined {
  if (!senders.includes(message.sender.agent)) return "its sender is not in messaging.tmux.sender_allowlist";
  const { tier } = message.scope;
  if (!scopes.includes(tier) && !scopes.includes(scopeLabel(message.scope))) {
    return "its scope is not in messaging.tmux.scope_allowlist";
  }
  const size = byteLength(message.body);
  return size > maxBodyBytes ? `its body has ${size} bytes, more than ${maxBodyBytes}` : undefined;
}
