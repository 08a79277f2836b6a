// Replaying many letters: count first, then send, then watch; and who has done so before.

import { html, nothing } from './lib/lit-html.js';
import { get, post } from './api.js';
import { on } from './feed.js';
import { during, redraw } from './draw.js';
import { badge, count, empty, outcome, progress, shared, time, trouble } from './show.js';

const LOOK_EVERY_MS = 1_000;
const form = { topic: 'payments', error: '', from: '', limit: 1000, rate: 10 };
const state = { preview: null, run: null, audit: null, problem: null, said: null, busy: false };
let timer = null;

export async function refresh() {
  try {
    const [one, many, gone] = await Promise.all(['dead-letter.replay', 'dead-letter.bulk-replay', 'dead-letter.discard'].map((action) => get(`ops/audit?limit=20&action=${action}`)));
    state.audit = [...one.entries, ...many.entries, ...gone.entries].sort((a, b) => b.id - a.id).slice(0, 20);
    redraw();
  } catch {
    // the table above says what is wrong
  }
}

/** What the table is filtered by is most likely what is to be replayed. */
export function suggest(filter, ageSeconds) {
  if (filter.topic) {
    form.topic = filter.topic;
  }
  form.error = filter.error;
  form.from = ageSeconds ? new Date(Date.now() - ageSeconds * 1000).toISOString().slice(0, 19) + 'Z' : '';
  state.preview = null;
  redraw();
}

on('progress', (told) => {
  if (told.work === 'replay' && state.run && String(state.run.id) === told.id) {
    Object.assign(state.run, { sent: told.done, failed: told.failed, total: told.total });
    redraw();
  }
});

export function view() {
  const { preview, run } = state;
  return html`
    <section aria-labelledby="bulk"><div class="section-head"><h2 id="bulk">Replay many</h2><span class="muted small">oldest first, of one topic; nothing is sent before it is counted</span></div>
      <form class="row card" @submit=${dryRun} @input=${(event) => { state.preview = null; keep(event.currentTarget); redraw(); }}>
        <label>Topic of the records <input name="topic" required autocomplete="off" spellcheck="false" ?readonly=${state.busy} .value=${form.topic}></label>
        <label>Error <input name="error" autocomplete="off" spellcheck="false" placeholder="any" ?readonly=${state.busy} .value=${form.error}></label>
        <label>Died since <input name="from" autocomplete="off" spellcheck="false" placeholder="2026-01-31T12:00:00Z" ?readonly=${state.busy} .value=${form.from}></label>
        <label>At most <input name="limit" type="number" min="1" max="10000" required ?readonly=${state.busy} .value=${String(form.limit)}></label>
        <label>Per second <input name="rate" type="number" min="1" max="100" required ?readonly=${state.busy} .value=${String(form.rate)}></label>
        <button ?disabled=${state.busy}>Count first</button>
      </form>
      ${trouble(state.problem)}${outcome(state.said)}
      ${preview ? html`<div class="card notice plain" role="status"><p><strong>${count(preview.wouldReplay)}</strong> would be replayed to <strong>${preview.asked.topic}</strong>:
          ${count(preview.matching)} open letters match, ${count(preview.replayable)} of them may be replayed.</p>
          ${preview.wouldReplay ? html`<button class="main" ?disabled=${state.busy} @click=${begin}>Replay ${count(preview.wouldReplay)} letters</button>` : nothing}</div>` : nothing}
      ${run ? html`<div class="card" role="status"><p>Bulk replay ${run.id} ${badge(run.state.toLowerCase(), run.state === 'DONE' ? 'good' : run.state === 'RUNNING' ? 'plain' : 'bad')}</p>
          ${progress(`Bulk replay ${run.id}`, run.sent + run.failed, run.total)}
          <p class="muted">${count(run.sent)} sent, ${count(run.failed)} failed and open again</p></div>` : nothing}
    </section>
    <section aria-labelledby="trail"><div class="section-head"><h2 id="trail">Who replayed and discarded what</h2>${shared}</div>
      ${!state.audit?.length ? empty('Nobody yet.') : html`<div class="card scroll" tabindex="0" role="region" aria-label="Audit of dead letters"><table><thead><tr><th scope="col">when</th><th scope="col">who</th><th scope="col">what</th><th scope="col">letter</th><th scope="col">detail</th><th scope="col">outcome</th></tr></thead>
        <tbody>${state.audit.map((one) => html`<tr><td>${time(one.at)}</td><td class="text">${one.who}</td><td>${one.action.replace('dead-letter.', '')}</td><td class="text">${one.target}</td><td class="text">${one.detail}</td><td class="text">${one.outcome}</td></tr>`)}</tbody></table></div>`}
    </section>`;
}

function keep(element) {
  const given = new FormData(element);
  Object.assign(form, { topic: given.get('topic').trim(), error: given.get('error').trim(), from: given.get('from').trim(), limit: given.get('limit'), rate: given.get('rate') });
}

function request() {
  const filter = { ...(form.error && { error: form.error }), ...(form.from && { from: form.from }) };
  return { topic: form.topic, filter, limit: Number(form.limit), ratePerSecond: Number(form.rate) };
}

async function dryRun(event) {
  event.preventDefault();
  keep(event.target);
  state.preview = null;
  const wanted = request();
  // counted and sent by the same filter: what dies after now is neither
  const asked = { ...wanted, filter: { ...wanted.filter, to: new Date().toISOString() } };
  const answer = await during(state, () => post('ops/dead-letters/replay', { ...asked, dryRun: true }));
  const unchanged = JSON.stringify(wanted) === JSON.stringify(request());
  state.preview = answer && unchanged ? { ...answer.body, asked } : null;
  redraw();
}

async function begin() {
  const { asked, wouldReplay } = state.preview;
  const answer = await during(state, () => post('ops/dead-letters/replay', { ...asked, limit: wouldReplay, dryRun: false }));
  if (answer) {
    const id = answer.headers.get('Location').split('/').pop();
    state.run = { id, state: 'RUNNING', sent: 0, failed: 0, total: wouldReplay };
    state.preview = null;
    clearTimeout(timer);
    watch(id);
  }
}

/** The stream tells of this pod's runs at once; where another pod has it, asking does. */
async function watch(id) {
  try {
    state.run = await get(`ops/dead-letters/replays/${id}`);
  } catch (problem) {
    if (problem.status === 404) {
      state.run = null;
    }
  }
  if (state.run?.state === 'RUNNING') {
    timer = setTimeout(() => watch(id), LOOK_EVERY_MS);
  } else if (state.run) {
    state.said = `Bulk replay ${id} ended: ${state.run.sent} sent, ${state.run.failed} failed.`;
    refresh();
  }
  redraw();
}
