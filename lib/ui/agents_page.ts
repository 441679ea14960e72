import { scopeLabel } from "../core/scope.ts";
import { inline, neutralise } from "../memory/render/neutralise.ts";
import type { Agent } from "../messaging/agents.ts";
import type { Target } from "../messaging/keys.ts";
import { type RecentMessage, recentMessages } from "../messaging/recent.ts";
import { type Html, piece } from "./html.ts";
import { page } from "./layout.ts";
import { moment } from "./times.ts";
import type { View } from "./view.ts";

/** Messages on the page, and how much of each is shown. UTF-16 units. */
const MOST = 50;
const BEGINNING = 600;

/** Who is there, and what they wrote to each other. */
export function agentsPage(view: View): Html {
  const { words, memory } = view;
  const agents = view.agents();
  const messages = recentMessages(memory, MOST);
  return page(
    view,
    words.agents,
    piece`<h1>${words.agents}</h1>
${agents.length === 0 ? piece`<p class="nothing">${words.nobody}</p>` : table(view, agents)}
<section aria-labelledby="h-messages"><h2 id="h-messages">${words.messages}</h2>
${
      messages.length === 0
        ? piece`<p class="nothing">${words.noMessages}</p>`
        : piece`<ol class="cards">${messages.map((message) => card(view, message))}</ol>`
    }</section>`,
  );
}

function table({ words, language }: View, agents: readonly Agent[]): Html {
  return piece`<table><caption>${words.there}</caption><thead><tr><th scope="col">${words.agent}</th><th scope="col">${words.host}</th><th scope="col">${words.project}</th><th scope="col">${words.since}</th></tr></thead><tbody>${
    agents.map(({ family, agent, host, here, project, since }) =>
      piece`<tr><th scope="row">${inline(family)} / ${inline(agent)}</th><td>${inline(host)}${
        here ? ` (${words.thisHost})` : ""
      }</td><td>${inline(project)}</td><td>${moment(since, language)}</td></tr>`
    )
  }</tbody></table>`;
}

function card({ words, language }: View, { stored, acknowledged }: RecentMessage): Html {
  const { sender, target, scope, subject, body, createdAt } = stored.message;
  const text = body.length > BEGINNING ? `${body.slice(0, BEGINNING)}…` : body;
  return piece`<li class="card"><h3>${inline(sender.agent)} → ${to(target, scopeLabel(scope))}</h3>
${subject === "" ? undefined : piece`<p class="text"><strong>${inline(subject)}</strong></p>`}
<p class="text message">${neutralise(text)}</p>
<p class="about"><span>${words.acknowledged}: ${acknowledged}</span><span class="by">${
    moment(createdAt, language)
  }</span></p></li>`;
}

function to(target: Target, scope: string): string {
  return target.kind === "all" ? scope : `${target.kind}:${inline(target.id)} (${scope})`;
}
