import { scopeLabel } from "../core/scope.ts";
import { findMemory, type FoundMemory } from "../memory/find.ts";
import { historyOf } from "../memory/history.ts";
import { inline, neutralise } from "../memory/render/neutralise.ts";
import { signatureOf } from "../memory/render/signature.ts";
import { type Html, type Part, piece } from "./html.ts";
import { page } from "./layout.ts";
import { moment } from "./times.ts";
import type { View } from "./view.ts";

/** One memory with everything about it. Throws what `findMemory` throws. */
export function memoryPage(view: View, id: string): Html {
  const { words, language, memory } = view;
  const found = findMemory(memory, id);
  const { observation } = found.stored;
  const title = inline(observation.subject) || observation.id.slice(0, 8);
  const { author } = observation;
  const rows: readonly (readonly [string, Part])[] = [
    [words.type, piece`<span class="kind kind-${observation.memoryType}">${observation.memoryType}</span>`],
    [words.state, found.state],
    [words.importance, `${observation.importance} / 5`],
    [
      words.project,
      observation.project === ""
        ? undefined
        : piece`<a href="/?project=${encodeURIComponent(observation.project)}">${
          inline(observation.project)
        }</a>`,
    ],
    [words.tags, list(observation.tags)],
    [words.files, list(observation.sourceFiles)],
    [words.references, list(observation.references)],
    [words.agent, `${inline(author.agentFamily)} / ${inline(author.clientId)}`],
    [
      words.host,
      piece`${author.pcId === memory.identity.pcId ? `${words.thisHost} ` : ""}<code>${
        inline(author.pcId).slice(0, 8)
      }</code>`,
    ],
    [words.scope, scopeLabel(observation.scope)],
    [words.signature, signatureOf(memory, observation)],
    [words.created, moment(observation.createdAt, language)],
    [
      words.expires,
      observation.expiresAt === undefined ? undefined : moment(observation.expiresAt, language),
    ],
    ["id", piece`<code>${observation.id}</code>`],
  ];
  return page(
    view,
    title,
    piece`<article class="memory">
<h1>${title}</h1>
${observation.summary === "" ? undefined : piece`<p class="summary">${inline(observation.summary)}</p>`}
<section aria-labelledby="h-content"><h2 id="h-content">${words.content}</h2><pre class="content" tabindex="0">${
      neutralise(observation.content)
    }</pre></section>
<section aria-labelledby="h-details"><h2 id="h-details">${words.details}</h2><dl>${
      rows.filter(([, value]) => value !== undefined).map(([name, value]) =>
        piece`<div><dt>${name}</dt><dd>${value}</dd></div>`
      )
    }</dl></section>
<section aria-labelledby="h-history"><h2 id="h-history">${words.history}</h2>${history(view, found)}</section>
</article>`,
  );
}

function history(view: View, found: FoundMemory): Html {
  const { words, memory, language } = view;
  const all = historyOf(memory, found);
  if (all.length < 2) return piece`<p class="nothing">${words.historyNone}</p>`;
  return piece`<ol class="history">${
    all.map(({ stored, state }) => {
      const { id, subject, content, createdAt } = stored.observation;
      const title = inline(subject) || inline(content).slice(0, 80);
      const isThis = id === found.stored.observation.id;
      return piece`<li class="state-${state}"${isThis ? piece` aria-current="true"` : undefined}>${
        moment(createdAt, language)
      } ${
        isThis
          ? piece`<strong>${title}</strong> (${words.thisOne})`
          : piece`<a href="/memory/${id}">${title}</a>`
      } <span class="state">${state}</span></li>`;
    })
  }</ol>`;
}

function list(items: readonly string[]): Html | undefined {
  return items.length === 0
    ? undefined
    : piece`<ul class="plain">${items.map((item) => piece`<li>${inline(item)}</li>`)}</ul>`;
}
