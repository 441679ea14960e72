import { inline, neutralise } from "../memory/render/neutralise.ts";
import type { Hit, Snippet } from "../memory/search/request.ts";
import { type Html, piece } from "./html.ts";
import { day, moment, timeOfDay } from "./times.ts";
import type { View } from "./view.ts";

/** How much of a memory's text a card shows when nothing was searched for. UTF-16 units. */
const BEGINNING = 220;

/** One memory in a list. */
export function card({ language }: View, { stored, snippet }: Hit, byDay: boolean): Html {
  const { observation } = stored;
  const { id, subject, summary, content, project, tags, memoryType, importance, author, createdAt } =
    observation;
  const title = inline(subject) || inline(content).slice(0, 80) || id.slice(0, 8);
  const text = snippet === undefined ? piece`${beginning(summary || content)}` : marked(snippet);
  return piece`<li class="card" data-importance="${importance}">
<h3><a href="/memory/${id}">${title}</a></h3>
<p class="text">${text}</p>
<p class="about"><span class="kind kind-${memoryType}">${memoryType}</span>${
    project === ""
      ? undefined
      : piece`<a class="project" href="/?project=${encodeURIComponent(project)}">${inline(project)}</a>`
  }${tags.slice(0, 6).map((tag) => piece`<span class="tag">#${inline(tag)}</span>`)}<span class="by">${
    inline(author.agentFamily)
  } · ${byDay ? timeOfDay(createdAt, language) : moment(createdAt, language)}</span></p>
</li>`;
}

/** Cards in order, with a heading above each day when they are in the order of time. */
export function cards(view: View, hits: readonly Hit[], byDay: boolean): Html {
  if (!byDay) {
    return piece`<h2>${view.words.results}</h2><ol class="cards">${
      hits.map((hit) => card(view, hit, false))
    }</ol>`;
  }
  const days = new Map<string, Hit[]>();
  for (const hit of hits) {
    const name = day(hit.stored.observation.createdAt, view.language);
    days.set(name, [...days.get(name) ?? [], hit]);
  }
  return piece`${
    [...days].map(([name, some]) =>
      piece`<section class="day"><h2>${name}</h2><ol class="cards">${
        some.map((hit) => card(view, hit, true))
      }</ol></section>`
    )
  }`;
}

/** A piece of a memory with what was searched for marked. */
export function marked({ text, matches }: Snippet): Html {
  const parts: Html[] = [];
  let at = 0;
  for (const [start, end] of matches) {
    parts.push(piece`${shown(text.slice(at, start))}<mark>${shown(text.slice(start, end))}</mark>`);
    at = end;
  }
  return piece`${parts}${shown(text.slice(at))}`;
}

function beginning(text: string): string {
  const line = inline(text.slice(0, 4 * BEGINNING));
  return line.length > BEGINNING ? `${line.slice(0, BEGINNING)}…` : line;
}

// Blanks at the ends are part of the line that the pieces make together.
function shown(text: string): string {
  return neutralise(text).replaceAll(/[\n\t]+/g, " ");
}
