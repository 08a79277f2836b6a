// One dead letter: what it was, why it died, what was done with it, and what can be.

import { html, nothing } from './lib/lit-html.js';
import { get, path, post, remove } from './api.js';
import { during, reading, redraw } from './draw.js';
import { badge, bytes, count, outcome, time, trouble } from './show.js';

const read = { id: null, letter: null, problem: null, busy: false };
/** Of deeds: reading the letter anew does not take away what came of one. */
const state = { problem: null, said: null, busy: false, discarding: false };

export async function open(id) {
  if (read.id !== id) {
    Object.assign(read, { id, letter: null, problem: null });
    Object.assign(state, { problem: null, said: null, discarding: false });
  }
  const letter = await reading(read, () => get(`ops/dead-letters/${path(id)}`));
  if (letter) {
    read.letter = letter;
    redraw();
  }
}

export function view(id) {
  const { letter } = read;
  return html`<p><a href="#/dead-letters">← All dead letters</a></p>
    ${trouble(read.problem)}${trouble(state.problem)}${outcome(state.said)}
    ${letter && letter.id === id ? whole(letter) : read.problem ? nothing : html`<p class="muted">Reading ${id}…</p>`}`;
}

function whole(letter) {
  return html`
    <section aria-labelledby="letter"><div class="section-head"><h2 id="letter">${letter.id}</h2>${badge(letter.status.toLowerCase(), letter.status === 'OPEN' ? 'warn' : letter.status === 'REPLAYED' ? 'good' : 'plain')}</div>
      ${letter.status === 'OPEN' ? deeds(letter) : nothing}
      <div class="columns">
        <div class="card"><h3>Why it died</h3><dl class="pairs wide">
          <dt>error</dt><dd><code>${letter.error}</code></dd>
          <dt>detail</dt><dd class="text">${letter.detail || '–'}</dd>
          <dt>cause</dt><dd class="text">${letter.cause || '–'}</dd>
          <dt>exception</dt><dd class="text"><code>${letter.exceptionClass || '–'}</code></dd>
          <dt>attempts</dt><dd>${count(letter.attempts)}</dd>
          <dt>first failure</dt><dd>${time(letter.firstFailureAt)}</dd>
          <dt>died</dt><dd>${time(letter.deadAt)}</dd>
          <dt>trace</dt><dd>${letter.traceId ? html`<code>${letter.traceId}</code> <button class="quiet" @click=${() => navigator.clipboard?.writeText(letter.traceId)}>Copy</button>` : '–'}</dd>
        </dl></div>
        <div class="card"><h3>Where it is</h3><dl class="pairs wide">
          <dt>came from</dt><dd>${letter.topic}</dd>
          <dt>lies at</dt><dd>${letter.place}</dd>
          <dt>replays before</dt><dd>${count(letter.replays)}</dd>
          <dt>replayed from</dt><dd>${letter.replayOf ? html`<a href="#/dead-letters/${letter.replayOf}">${letter.replayOf}</a>` : '–'}</dd>
          <dt>first of its chain</dt><dd>${time(letter.bornAt)}</dd>
          <dt>sent again</dt><dd>${count(letter.sends)} times</dd>
        </dl></div>
      </div>
      <div class="card"><h3>Payload</h3>${letter.leftOut ? html`<p>The record's ${bytes(letter.leftOut)} are too many for a letter. It lies in its topic alone, as long as that keeps it.</p>` : nothing}${payload('Key', letter.key)}${payload('Value', letter.value)}</div>
      <div class="card"><h3>Headers</h3>${letter.headers.length ? html`<div class="scroll" tabindex="0" role="region" aria-label="Headers"><table><thead><tr><th scope="col">name</th><th scope="col">value</th></tr></thead>
        <tbody>${letter.headers.map((one) => html`<tr><th scope="row" class="text">${one.name}</th><td class="text">${one.value ? one.value.data : '–'}${one.value?.encoding === 'base64' ? html` <span class="muted">base64</span>` : nothing}</td></tr>`)}</tbody></table></div>` : html`<p class="muted">none</p>`}</div>
      <div class="card"><h3>What was done with it</h3>${letter.audit.length ? html`<div class="scroll" tabindex="0" role="region" aria-label="Audit of this letter"><table><thead><tr><th scope="col">when</th><th scope="col">who</th><th scope="col">what</th><th scope="col">detail</th><th scope="col">outcome</th></tr></thead>
        <tbody>${letter.audit.map((one) => html`<tr><td>${time(one.at)}</td><td class="text">${one.who}</td><td>${one.action}</td><td class="text">${one.detail}</td><td class="text">${one.outcome}</td></tr>`)}</tbody></table></div>` : html`<p class="muted">nothing yet</p>`}</div>
    </section>`;
}

function deeds(letter) {
  return html`<div class="bar">
      ${letter.leftOut ? nothing : html`<button class="main" ?disabled=${state.busy} @click=${() => replay(letter)}>Replay</button>`}
      <button ?disabled=${state.busy} aria-expanded=${state.discarding ? 'true' : 'false'} @click=${() => { state.discarding = !state.discarding; redraw(); }}>Discard…</button>
    </div>
    ${state.discarding ? html`<form class="card row" @submit=${(event) => discard(event, letter)}>
      <label class="grow">Why it can never succeed <input name="reason" required maxlength="500" autocomplete="off"></label>
      <button class="danger" ?disabled=${state.busy}>Discard for good</button></form>` : nothing}`;
}

async function replay(letter) {
  const answer = await during(state, () => post(`ops/dead-letters/${path(letter.id)}/replay`));
  if (answer) {
    state.said = `Replayed to ${letter.topic}, trace ${answer.body.traceId}. Should it die again, that is a new letter.`;
    open(letter.id);
  }
}

async function discard(event, letter) {
  event.preventDefault();
  const reason = new FormData(event.target).get('reason');
  const answer = await during(state, () => remove(`ops/dead-letters/${path(letter.id)}`, { reason }));
  if (answer) {
    Object.assign(state, { said: 'Discarded.', discarding: false });
    open(letter.id);
  }
}

/** JSON with its indents; anything else as it came. Always text. */
function payload(label, shown) {
  if (!shown) {
    return html`<p><strong>${label}</strong> <span class="muted">none</span></p>`;
  }
  let text = shown.data;
  let kind = shown.encoding === 'base64' ? 'not text, as base64' : 'text';
  if (shown.encoding === 'utf-8') {
    try {
      const parsed = JSON.parse(shown.data);
      if (parsed !== null && typeof parsed === 'object' && sameNumbers(shown.data, parsed)) {
        text = JSON.stringify(parsed, null, 2);
        kind = 'JSON';
      }
    } catch {
      // as it is
    }
  }
  return html`<p><strong>${label}</strong> <span class="muted">${kind}, ${bytes(shown.bytes)}</span></p><pre tabindex="0" aria-label=${label}>${text}</pre>`;
}

/** Numbers beyond 2^53 and repeated fields would come out changed: then the text is shown as it is. */
function sameNumbers(text, parsed) {
  const bare = (json) => json.replace(/\s+/g, '');
  return bare(text).length === bare(JSON.stringify(parsed)).length;
}
