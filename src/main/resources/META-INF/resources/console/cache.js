// The caches: what each tier holds of a key, forgetting it, and warming up.

import { html, nothing } from './lib/lit-html.js';
import { get, path, post, remove } from './api.js';
import { during, reading, redraw } from './draw.js';
import { polling } from './poll.js';
import { badge, bytes, count, duration, empty, ms, ofPod, outcome, percent, progress, shared, trouble } from './show.js';

/** As many as the service takes in one call. */
const MOST = 10_000;
/** Keys of one call: few enough to see it move. */
const SLICE = 250;
const caches = { list: null, problem: null };
const look = { problem: null, said: null, busy: false, asked: null, found: null, clearing: null };
const warm = { problem: null, said: null, busy: false, done: 0, total: 0 };
const poll = polling(load);

export const { enter, leave } = poll;

async function load() {
  const list = await reading(caches, () => get('ops/cache'));
  if (list) {
    caches.list = list;
    redraw();
  }
}

export function view() {
  const names = [...(caches.list ?? [])].sort((a, b) => b.maxEntries - a.maxEntries).map((one) => one.cache);
  return html`
    <section aria-labelledby="caches"><div class="section-head"><h2 id="caches">Caches</h2>${ofPod('ops/cache')}<span class="muted small">answers by tier are those of the last 5 minutes</span></div>
      ${trouble(caches.problem)}
      ${caches.list ? html`<div class="card scroll" tabindex="0" role="region" aria-label="Caches"><table><thead><tr><th scope="col">cache</th><th scope="col" class="num">entries</th><th scope="col" class="num">size</th><th scope="col" class="num">memory</th><th scope="col" class="num">Redis</th><th scope="col" class="num">database</th><th scope="col" class="num">loads</th><th scope="col" class="num">mean load</th><th scope="col" class="num">rejected fills</th><th scope="col" class="num">coherence lag</th><th scope="col">breakers</th><th scope="col"><span class="sr-only">do</span></th></tr></thead>
        <tbody>${caches.list.map(row)}</tbody></table></div>` : nothing}
      ${look.clearing ? html`<div class="card row" role="group" aria-label="Confirm"><p class="grow">Forget <strong>all</strong> keys of <strong>${look.clearing}</strong> on every pod? The database is read anew for each.</p>
        <button class="danger" ?disabled=${look.busy} @click=${clear}>Forget all of ${look.clearing}</button><button @click=${() => { look.clearing = null; redraw(); }}>Keep them</button></div>` : nothing}
    </section>
    <section aria-labelledby="look"><div class="section-head"><h2 id="look">Look a key up</h2></div>
      <form class="row card" @submit=${find}><label>Cache <select name="cache">${names.map((name) => html`<option>${name}</option>`)}</select></label>
        <label class="grow">Key <input name="key" required autocomplete="off" spellcheck="false" placeholder="42"></label><button class="main" ?disabled=${look.busy}>Look up</button></form>
      ${trouble(look.problem)}${outcome(look.said)}
      ${look.found ? tiers(look.found) : nothing}
    </section>
    <section aria-labelledby="warm"><div class="section-head"><h2 id="warm">Warm up</h2><span class="muted small">reads keys into this pod's memory and Redis</span></div>
      <form class="row card" @submit=${warmUp}><label>Cache <select name="cache">${names.map((name) => html`<option>${name}</option>`)}</select></label>
        <label class="grow">Keys, or ranges such as 1-500 <input name="ids" autocomplete="off" spellcheck="false" placeholder="1, 2, 10-20"></label>
        <label>or the hottest <input name="top" type="number" min="1" max="10000" placeholder="1000"></label><button class="main" ?disabled=${warm.busy}>Warm up</button></form>
      ${trouble(warm.problem)}${warm.total ? html`<div class="card">${progress('Warm-up', warm.done, warm.total)}</div>` : nothing}${outcome(warm.said)}
    </section>`;
}

function row(one) {
  const ratios = one.last5Min;
  const open = [one.breakers.l2Open && 'Redis', one.breakers.originOpen && 'database'].filter(Boolean);
  return html`<tr><th scope="row">${one.cache}</th><td class="num">${count(one.entries)} of ${count(one.maxEntries)}</td><td class="num">${bytes(one.weight)}</td>
    <td class="num">${percent(ratios?.l1)}</td><td class="num">${percent(ratios?.l2)}</td><td class="num">${percent(ratios?.origin)}</td>
    <td class="num">${count(one.loads)}</td><td class="num">${ms(one.meanLoadMs)}</td><td class="num">${count(one.rejectedFills)}</td><td class="num">${ms(one.coherenceLagMs)}</td>
    <td>${open.length ? html`${badge('open', 'bad')} ${open.join(', ')}` : 'closed'}</td><td><button class="quiet" @click=${() => { look.clearing = one.cache; redraw(); }}>Forget all…</button></td></tr>`;
}

function tiers(found) {
  return html`<div class="bar"><h3>${found.cache} <code>${found.key}</code></h3><span class="grow"></span><button ?disabled=${look.busy} @click=${forget}>Invalidate on every pod</button></div>
    <div class="columns">${tier('Memory (L1)', ofPod(keyed(look.asked)), found.l1)}${found.l2 ? tier('Redis (L2)', shared, found.l2) : html`<div class="card"><div class="chart-head"><h3>Redis (L2)</h3>${shared}</div><p>Redis does not say.</p></div>`}</div>`;
}

function tier(name, scope, held) {
  return html`<div class="card tier"><div class="chart-head"><h3>${name}</h3>${scope}</div>
    <p>${held.present ? (held.negative ? badge('knows that there is none', 'plain') : badge('present', 'good')) : badge('not there', 'plain')}</p>
    ${held.present ? html`<dl class="pairs wide"><dt>age</dt><dd>${duration(held.ageMs)}</dd>
      <dt>counts as old</dt><dd>${held.softExpiryMs === null ? '–' : held.softExpiryMs < 0 ? `since ${duration(-held.softExpiryMs)}` : `in ${duration(held.softExpiryMs)}`}</dd>
      <dt>gone</dt><dd>${held.hardExpiryMs === null ? '–' : `in ${duration(held.hardExpiryMs)}`}</dd>
      <dt>version</dt><dd>${held.version ?? '–'}</dd>${held.schema === null ? nothing : html`<dt>encoding</dt><dd>schema ${held.schema}</dd>`}</dl>` : nothing}</div>`;
}

const keyed = ({ cache, key }) => `ops/cache/${path(cache, key)}`;

async function find(event) {
  event.preventDefault();
  const given = new FormData(event.target);
  look.asked = { cache: given.get('cache'), key: given.get('key').trim() };
  await read();
}

async function read() {
  const { asked } = look;
  Object.assign(look, { found: null, problem: null, said: null });
  const found = await reading(look, () => get(keyed(asked)));
  if (found) {
    look.found = found;
    redraw();
  }
}

async function forget() {
  const { cache, key } = look.found;
  const answer = await during(look, () => remove(`ops/cache/${path(cache, key)}`));
  if (answer) {
    await read();
    say(`${cache} ${key} is forgotten`, answer);
  }
}

async function clear() {
  const cache = look.clearing;
  const answer = await during(look, () => remove(`ops/cache/${path(cache)}`));
  look.clearing = null;
  if (answer) {
    say(`All of ${cache} is forgotten`, answer);
  }
  load();
}

function say(what, answer) {
  const told = answer.headers.get('Ballast-Invalidation');
  look.said = told === 'deferred' ? `${what} here; Redis could not be told, and other pods follow when it can.` : `${what} on every pod.`;
  redraw();
}

async function warmUp(event) {
  event.preventDefault();
  const given = new FormData(event.target);
  const cache = given.get('cache');
  const ids = expanded(given.get('ids'));
  Object.assign(warm, { done: 0, total: 0, said: null });
  if (!ids.length && !given.get('top')) {
    warm.problem = { title: 'Nothing to warm up', message: 'Give keys, or how many of the hottest.' };
    redraw();
    return;
  }
  if (ids.length > MOST) {
    warm.problem = { title: 'Too many keys', message: `At most ${count(MOST)} are warmed up at once, and more were given. Nothing was read.` };
    redraw();
    return;
  }
  const sum = { requested: 0, fromL2: 0, fromOrigin: 0, missing: 0, tookMs: 0 };
  const done = await during(warm, async () => {
    const parts = ids.length ? slices(ids) : [null];
    warm.total = ids.length || Number(given.get('top'));
    for (const part of parts) {
      const { body } = await post(`ops/cache/${path(cache)}/warmup`, part ? { ids: part } : { top: Number(given.get('top')) });
      Object.keys(sum).forEach((name) => { sum[name] += body[name]; });
      warm.done += part ? part.length : warm.total;
      redraw();
    }
    return true;
  });
  if (done) {
    const there = sum.requested - sum.fromL2 - sum.fromOrigin - sum.missing;
    warm.said = `${count(sum.requested)} keys in ${ms(sum.tookMs)}: ${count(there)} were in memory, ${count(sum.fromL2)} came from Redis, ${count(sum.fromOrigin)} from the database, ${count(sum.missing)} do not exist.`;
  }
  load();
}

/** "1, 3-5" becomes 1, 3, 4, 5; it ends with the first one too many. */
function expanded(text) {
  const ids = [];
  for (const part of text.split(/[\s,;]+/).filter(Boolean)) {
    const range = part.match(/^(\d{1,15})-(\d{1,15})$/);
    if (range) {
      for (let id = Number(range[1]); id <= Number(range[2]) && ids.length <= MOST; id++) {
        ids.push(String(id));
      }
    } else if (ids.length <= MOST) {
      ids.push(part);
    }
  }
  return ids;
}

function slices(ids) {
  const parts = [];
  for (let i = 0; i < ids.length; i += SLICE) {
    parts.push(ids.slice(i, i + SLICE));
  }
  return parts;
}
