// What lies in the dead-letter topics: the table with its filter, and what may be done with a selection.

import { html, nothing } from './lib/lit-html.js';
import { get, path, post, query } from './api.js';
import { on } from './feed.js';
import { during, reading, redraw } from './draw.js';
import { badge, count, empty, outcome, progress, shared, time, trouble } from './show.js';
import * as letter from './letter.js';
import * as bulk from './bulk.js';

const PAGE = 50;
const AGES = { any: 0, '15 minutes': 900, '1 hour': 3_600, '1 day': 86_400, '7 days': 604_800 };
const STATUS = { OPEN: 'warn', REPLAYING: 'plain', REPLAYED: 'good', DISCARDED: 'plain' };
const filter = { topic: '', error: '', age: 'any', status: 'OPEN' };
const state = { page: null, cursors: [''], problem: null, busy: false };
const deed = { problem: null, said: null, busy: false };
const chosen = new Set();
const run = { done: 0, failed: [], total: 0 };
let opened = '';
let here = false;

export function enter(id) {
  here = true;
  opened = id;
  if (id) {
    letter.open(id);
  } else {
    load();
    bulk.refresh();
  }
}

export function leave() {
  here = false;
}

on('history', () => here && !opened && load());

async function load() {
  const page = await reading(state, () => get(`ops/dead-letters${query({
    topic: filter.topic,
    error: filter.error,
    status: filter.status,
    from: AGES[filter.age] ? new Date(Date.now() - AGES[filter.age] * 1000).toISOString() : '',
    limit: PAGE,
    cursor: state.cursors[state.cursors.length - 1],
  })}`));
  if (page) {
    state.page = page;
    const there = new Set(page.letters.map((one) => one.id));
    [...chosen].filter((id) => !there.has(id)).forEach((id) => chosen.delete(id));
    redraw();
  }
}

export function view(id) {
  return html`
    <div ?hidden=${!id}>${id ? letter.view(id) : nothing}</div>
    <div ?hidden=${Boolean(id)}>
      <section aria-labelledby="letters"><div class="section-head"><h2 id="letters">Dead letters</h2>${shared}</div>
        ${filters()}
        ${trouble(state.problem)}${trouble(deed.problem)}${outcome(deed.said)}
        ${run.total ? html`<div class="card">${progress('Replay of the selection', run.done, run.total)}
          ${run.failed.length ? html`<ul class="plain-list">${run.failed.map((one) => html`<li><a href="#/dead-letters/${one.id}">${one.id}</a>: ${one.why}</li>`)}</ul>` : nothing}</div>` : nothing}
        ${state.page ? table(state.page) : nothing}
      </section>
      ${bulk.view()}
    </div>`;
}

function filters() {
  const seen = state.page?.letters ?? [];
  const known = (field) => [...new Set(seen.map((one) => one[field]))].sort();
  return html`<form class="row card" role="search" aria-label="Filter" @submit=${apply} @change=${(event) => apply(event, event.currentTarget)}>
    <label>Topic <input name="topic" list="topics" autocomplete="off" spellcheck="false" placeholder="any" .value=${filter.topic}></label>
    <label>Error <input name="error" list="errors" autocomplete="off" spellcheck="false" placeholder="any" .value=${filter.error}></label>
    <label>Died within <select name="age">${Object.keys(AGES).map((age) => html`<option ?selected=${age === filter.age}>${age}</option>`)}</select></label>
    <label>Status <select name="status"><option value="">any</option>${Object.keys(STATUS).map((status) => html`<option ?selected=${status === filter.status}>${status}</option>`)}</select></label>
    <button ?disabled=${state.busy}>Apply</button>
    <datalist id="topics">${known('topic').map((one) => html`<option value=${one}></option>`)}</datalist>
    <datalist id="errors">${known('error').map((one) => html`<option value=${one}></option>`)}</datalist>
  </form>`;
}

function apply(event, form = event.target) {
  event.preventDefault();
  Object.assign(filter, Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()])));
  state.cursors = [''];
  chosen.clear();
  bulk.suggest(filter, AGES[filter.age]);
  load();
}

function table(page) {
  if (!page.letters.length && state.cursors.length === 1) {
    const narrowed = filter.topic || filter.error || filter.age !== 'any';
    return empty(narrowed || filter.status !== 'OPEN' ? 'No dead letter is like that.' : 'No dead letter waits for anybody. All is settled.');
  }
  const open = page.letters.filter((one) => one.status === 'OPEN');
  const all = open.length > 0 && open.every((one) => chosen.has(one.id));
  return html`
    <div class="bar"><span role="status">${chosen.size ? `${chosen.size} selected` : `${page.letters.length} on this page`}</span>
      <button class="main" ?disabled=${!chosen.size || deed.busy || state.busy} @click=${replayChosen}>Replay selection</button>
      <span class="grow"></span>
      <button ?disabled=${state.cursors.length === 1 || state.busy} @click=${() => turn(-1)}>Newer</button>
      <span class="muted">page ${state.cursors.length}</span>
      <button ?disabled=${!page.next || state.busy} @click=${() => turn(1)}>Older</button>
      <button class="quiet" @click=${load}>Refresh</button></div>
    <div class="card scroll" tabindex="0" role="region" aria-label="Dead letters"><table class="letters"><thead><tr>
      <th scope="col"><input type="checkbox" aria-label="Select all open ones on this page" .checked=${all} ?disabled=${!open.length} @change=${() => chooseAll(open, !all)}></th>
      <th scope="col">letter</th><th scope="col">status</th><th scope="col">error</th><th scope="col">detail</th><th scope="col" class="num">attempts</th><th scope="col" class="num">replays</th><th scope="col">died</th></tr></thead>
      <tbody>${page.letters.map((one) => html`<tr>
        <td><input type="checkbox" aria-label="Select ${one.id}" .checked=${chosen.has(one.id)} ?disabled=${one.status !== 'OPEN'} @change=${() => choose(one.id)}></td>
        <th scope="row"><a href="#/dead-letters/${one.id}">${one.id}</a></th>
        <td>${badge(one.status.toLowerCase(), STATUS[one.status])}</td><td><code>${one.error}</code></td>
        <td class="text clip" title=${one.detail}>${one.detail}</td><td class="num">${count(one.attempts)}</td><td class="num">${count(one.replays)}</td><td>${time(one.deadAt)}</td></tr>`)}</tbody></table></div>`;
}

function turn(by) {
  if (by > 0) {
    state.cursors.push(state.page.next);
  } else {
    state.cursors.pop();
  }
  chosen.clear();
  load();
}

function choose(id) {
  if (!chosen.delete(id)) {
    chosen.add(id);
  }
  redraw();
}

function chooseAll(open, select) {
  open.forEach((one) => (select ? chosen.add(one.id) : chosen.delete(one.id)));
  redraw();
}

/** One after another, as records of a key keep their order, oldest first. */
async function replayChosen() {
  const ids = state.page.letters.filter((one) => chosen.has(one.id)).map((one) => one.id).reverse();
  Object.assign(run, { done: 0, failed: [], total: ids.length });
  await during(deed, async () => {
    for (const id of ids) {
      try {
        await post(`ops/dead-letters/${path(id)}/replay`);
      } catch (problem) {
        if (problem.status === 401) {
          throw problem;
        }
        run.failed.push({ id, why: problem.message });
      }
      run.done++;
      redraw();
    }
  });
  chosen.clear();
  const sent = run.done - run.failed.length;
  await load();
  deed.said = `${sent} of ${run.total} replayed${run.failed.length ? `, ${run.failed.length} not` : ''}. What dies again comes back as a new letter.`;
  bulk.refresh();
  redraw();
}
