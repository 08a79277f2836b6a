// The rate limits: policies, who presses against them, where somebody stands, and changing a policy with its effect seen before.

import { html, nothing } from './lib/lit-html.js';
import { get, put, remove } from './api.js';
import { during, reading, redraw } from './draw.js';
import { polling } from './poll.js';
import { badge, count, duration, empty, ofPod, outcome, percent, shared, time, trouble } from './show.js';

const ALGORITHMS = ['sliding-window-log', 'sliding-window-counter', 'token-bucket'];
const WORDS = { limit: 'limit', windowMs: 'window', algorithm: 'algorithm', onFailure: 'without Redis', shadow: 'shadow mode' };
const FAILURE = ['local', 'open', 'closed'];
const state = { policies: null, pressure: null, redis: null, problem: null };
const change = { policy: null, draft: null, preview: false, problem: null, said: null, busy: false };
const look = { asked: null, found: null, problem: null, said: null, busy: false };
const poll = polling(load);

export const { enter, leave } = poll;

async function load() {
  const found = await reading(state, () => Promise.all([get('ops/rate-limits'), get('ops/rate-limits/pressure'), get('ops/degradation')]));
  if (found) {
    [state.policies, state.pressure] = found;
    state.redis = found[2].dependencies.find((one) => one.dependency === 'redis')?.condition ?? null;
    redraw();
  }
}

export function view() {
  return html`
    <section aria-labelledby="policies"><div class="section-head"><h2 id="policies">Policies</h2>${shared}<span class="muted small">charges are this pod's${state.pressure ? `, of the last ${duration(state.pressure.spanMs)}` : ''}</span></div>
      ${trouble(state.problem)}${outcome(change.said)}
      ${state.policies ? policies() : nothing}
      ${change.policy ? editor() : nothing}
    </section>
    <section aria-labelledby="near"><div class="section-head"><h2 id="near">Close to or over a limit</h2>${ofPod('ops/rate-limits/pressure')}<span class="muted small">half used or more; addresses and users as the keyed hash that traces have</span></div>
      ${state.pressure ? html`${blind()}${near()}` : nothing}
    </section>
    <section aria-labelledby="stand"><div class="section-head"><h2 id="stand">Where somebody stands</h2>${shared}</div>
      <form class="row card" @submit=${find}>
        <label>Policy <select name="policy">${[...(state.policies ?? [])].sort((a, b) => rank(a) - rank(b)).map((one) => html`<option>${one.policy}</option>`)}</select></label>
        <label class="grow">Identifier <input name="identifier" required autocomplete="off" spellcheck="false" placeholder="203.0.113.7, a user's id, or all for an endpoint"></label>
        <label>Plan <input name="plan" autocomplete="off" spellcheck="false" placeholder="none"></label>
        <button class="main" ?disabled=${look.busy}>Look up</button></form>
      ${trouble(look.problem)}${outcome(look.said)}
      ${look.found ? standing(look.found) : nothing}
    </section>`;
}

function countsOf(policy) {
  return state.pressure?.counts.find((one) => one.policy === policy) ?? { admitted: 0, rejected: 0, shadowRejected: 0, undecided: 0 };
}

function policies() {
  const known = [...state.policies].sort((a, b) => rank(a) - rank(b));
  const others = known.filter((one) => rank(one) === 3 && one.version === 0 && !one.shadow && countsOf(one.policy).rejected === 0 && change.policy !== one.policy);
  return html`${rows(known.filter((one) => !others.includes(one)))}
    ${others.length ? html`<details><summary>${others.length} endpoints of operators, as configured and rejecting nobody</summary>${rows(others)}</details>` : nothing}`;
}

/** Of callers first, then endpoints, then those of operators. */
function rank(one) {
  return one.policy === 'ip' ? 0 : one.policy === 'user' ? 1 : /^[a-z]+-ops-|^get$/.test(one.policy) ? 3 : 2;
}

function rows(list) {
  return html`<div class="card scroll" tabindex="0" role="region" aria-label="Policies"><table class="policies"><thead><tr><th scope="col">policy</th><th scope="col" class="num">limit</th><th scope="col">per</th><th scope="col">algorithm</th><th scope="col">without Redis</th><th scope="col">mode</th><th scope="col" class="num">version</th><th scope="col" class="num">admitted</th><th scope="col" class="num">rejected</th><th scope="col" class="num" title="admitted, and would not have been but for the shadow mode">would reject</th><th scope="col"><span class="sr-only">do</span></th></tr></thead>
    <tbody>${list.map((one) => {
      const counts = countsOf(one.policy);
      return html`<tr><th scope="row">${one.policy}</th><td class="num">${count(one.limit)}</td><td>${duration(one.windowMs)}</td><td>${one.algorithm}</td><td>${one.onFailure}</td>
        <td>${one.shadow ? badge('shadow', 'warn') : badge('enforced', 'good')}</td><td class="num">${one.version}</td>
        <td class="num">${count(counts.admitted)}</td><td class="num">${count(counts.rejected)}</td><td class="num">${one.shadow ? count(counts.shadowRejected) : '–'}</td>
        <td><button class="quiet" aria-label="Change ${one.policy}" @click=${() => edit(one)}>Change…</button></td></tr>`;
    })}</tbody></table></div>`;
}

function edit(policy) {
  Object.assign(change, { policy: policy.policy, draft: { limit: policy.limit, windowMs: policy.windowMs, algorithm: policy.algorithm, onFailure: policy.onFailure, shadow: policy.shadow }, preview: false, problem: null, said: null });
  redraw();
}

function editor() {
  const { draft } = change;
  const before = state.policies.find((one) => one.policy === change.policy);
  return html`<form class="card" aria-label="Change ${change.policy}" @submit=${(event) => { event.preventDefault(); read(event.target); change.preview = true; redraw(); }} @input=${(event) => { read(event.currentTarget); change.preview = false; redraw(); }}>
    <h3>Change ${change.policy}</h3>
    <div class="row">
      <label>Limit <input name="limit" type="number" min="1" max="1000000" required .value=${String(draft.limit)}></label>
      <label>Window, seconds <input name="window" type="number" min="0.001" max="86400" step="any" required .value=${String(draft.windowMs / 1000)}></label>
      <label>Algorithm <select name="algorithm">${ALGORITHMS.map((one) => html`<option ?selected=${one === draft.algorithm}>${one}</option>`)}</select></label>
      <label>Without Redis <select name="onFailure">${FAILURE.map((one) => html`<option ?selected=${one === draft.onFailure}>${one}</option>`)}</select></label>
      <label class="check"><input name="shadow" type="checkbox" .checked=${draft.shadow}> Shadow: count, never reject</label>
    </div>
    ${trouble(change.problem)}
    <div class="row"><button ?disabled=${change.busy}>Preview</button>${change.preview ? html`<button type="button" class="main" ?disabled=${change.busy} @click=${apply}>Apply on every pod</button>` : nothing}<button type="button" class="quiet" @click=${() => { change.policy = null; redraw(); }}>Cancel</button></div>
    ${change.preview ? preview(before, draft) : nothing}</form>`;
}

function read(form) {
  const given = new FormData(form);
  change.draft = { limit: Number(given.get('limit')), windowMs: Math.round(Number(given.get('window')) * 1000), algorithm: given.get('algorithm'), onFailure: given.get('onFailure'), shadow: given.has('shadow') };
}

/** What is known of the effect before anything is changed: from the shadow counters, and from who is near the limit. */
function preview(before, draft) {
  const changes = differences(before, draft);
  if (!Object.keys(changes).length) {
    return html`<div class="notice plain" role="status">Nothing would change.</div>`;
  }
  const counts = countsOf(before.policy);
  const all = counts.admitted + counts.rejected + counts.shadowRejected;
  const span = duration(state.pressure?.spanMs);
  const near = (state.pressure?.near ?? []).filter((one) => one.policy === before.policy);
  const perWindow = draft.limit / draft.windowMs < before.limit / before.windowMs;
  const least = before.limit / 2;
  const allowed = draft.limit * (before.windowMs / draft.windowMs);
  const over = near.filter((one) => one.plan === '' && one.limit - one.remaining > allowed);
  const more = draft.limit / draft.windowMs > before.limit / before.windowMs;
  const freed = more ? near.filter((one) => one.over && one.plan === '') : [];
  return html`<div class="notice plain" role="status"><p><strong>Preview</strong> from ${count(all)} charges to ${before.policy} on this pod in the last ${span}:</p><ul>
    ${Object.entries(changes).map(([name, value]) => html`<li>${WORDS[name]}: ${told(name, before[name])} → <strong>${told(name, value)}</strong></li>`)}
    ${before.shadow && !draft.shadow ? html`<li>Enforced, ${count(counts.shadowRejected)} of them (${percent(all ? counts.shadowRejected / all : 0)}) would have been rejected by the limit of now: the shadow counters say so.</li>` : nothing}
    ${!before.shadow && draft.shadow ? html`<li>In shadow mode the ${count(counts.rejected)} that were rejected (${percent(all ? counts.rejected / all : 0)}) would have been admitted. Nobody is held back until it is enforced again.</li>` : nothing}
    ${!before.shadow && !draft.shadow ? html`<li>${count(counts.rejected)} were rejected (${percent(all ? counts.rejected / all : 0)}).</li>` : nothing}
    ${perWindow && allowed < least ? html`<li><strong>This is not all of them:</strong> who has used less than half of the limit of now, ${count(least)}, is not noted. Whoever has used from ${count(allowed)} up to that would be over too, and is missing here.</li>` : nothing}
    ${perWindow && isBlind() ? html`<li>Redis is ${state.redis}: nobody has been noted since.</li>` : nothing}
    ${perWindow ? html`<li>${count(over.length)} of the ${count(near.length)} that have used half of the limit or more would be over the new one.${draft.shadow ? nothing : html` To be sure, apply it in shadow mode first, and see what the column "would reject" counts.`}</li>`
      : freed.length ? html`<li>${count(freed.length)} that are over the limit now would have room sooner.</li>` : nothing}
  </ul></div>`;
}

function told(name, value) {
  return name === 'windowMs' ? duration(value) : typeof value === 'number' ? count(value) : value === true ? 'yes' : value === false ? 'no' : value;
}

function differences(before, draft) {
  return Object.fromEntries(Object.entries(draft).filter(([name, value]) => before[name] !== value));
}

async function apply() {
  const before = state.policies.find((one) => one.policy === change.policy);
  const changes = differences(before, change.draft);
  if (changes.limit && before.burst && before.burst > changes.limit) {
    changes.burst = changes.limit;
  }
  const answer = await during(change, () => put(`ops/rate-limits/${encodeURIComponent(change.policy)}`, changes));
  if (answer) {
    const told = answer.headers.get('Ballast-Invalidation') === 'deferred' ? 'here, and on other pods within half a minute' : 'on every pod';
    change.said = `${change.policy} is changed ${told}: version ${answer.body.version}.`;
    change.policy = null;
    load();
  }
}

const isBlind = () => state.redis === 'gone' || state.redis === 'failing';

/** Only what Redis decides says how much of a limit is left. */
function blind() {
  return isBlind() ? html`<p class="notice bad">Redis is ${state.redis}: what it does not decide is not seen here. Who comes close to a limit meanwhile, or over it, is missing.</p>` : nothing;
}

function near() {
  const list = state.pressure.near;
  if (!list.length) {
    return isBlind() ? nothing : empty('Nobody has used up half of a limit.');
  }
  return html`<div class="card scroll" tabindex="0" role="region" aria-label="Close to or over a limit"><table><thead><tr><th scope="col">policy</th><th scope="col">plan</th><th scope="col">who (hashed)</th><th scope="col">used</th><th scope="col" class="num">remaining</th><th scope="col" class="num">of</th><th scope="col">whole again</th></tr></thead>
    <tbody>${list.map((one) => html`<tr><th scope="row">${one.policy}</th><td>${one.plan || '–'}</td><td><code>${one.who}</code></td>
      <td>${one.over || one.remaining === 0 ? badge(one.over ? 'over' : 'no room left', 'bad') : badge(percent((one.limit - one.remaining) / one.limit), one.remaining * 10 < one.limit ? 'warn' : 'plain')}</td>
      <td class="num">${count(one.remaining)}</td><td class="num">${count(one.limit)}</td><td>${time(one.fullResetAt)}</td></tr>`)}</tbody></table></div>`;
}

function at(asked) {
  return `ops/rate-limits/${encodeURIComponent(asked.policy)}/${asked.identifier.split('/').map(encodeURIComponent).join('/')}`;
}

async function find(event) {
  event.preventDefault();
  look.asked = Object.fromEntries([...new FormData(event.target)].map(([name, value]) => [name, value.trim()]));
  Object.assign(look, { found: null, problem: null, said: null });
  await lookUp();
}

async function lookUp() {
  const { asked } = look;
  const found = await reading(look, () => get(at(asked) + (asked.plan ? `?plan=${encodeURIComponent(asked.plan)}` : '')));
  if (found) {
    look.found = found;
    redraw();
  }
}

function standing(found) {
  const used = found.limit - found.remaining;
  return html`<div class="card"><div class="chart-head"><h3>${found.policy} <code>${found.identifier}</code></h3>${found.remaining <= 0 ? badge('no room', 'bad') : badge(`${count(found.remaining)} left`, 'good')}</div>
    <div class="progress"><meter aria-label="Used of the limit" min="0" max=${found.limit} high=${found.limit * 0.9} value=${used}></meter><span>${count(used)} of ${count(found.limit)} used</span></div>
    <dl class="pairs wide"><dt>algorithm</dt><dd>${found.algorithm}</dd><dt>more at</dt><dd>${time(found.resetAt)}</dd><dt>whole at</dt><dd>${time(found.fullResetAt)}</dd></dl>
    <div class="bar"><button ?disabled=${look.busy} @click=${forgive}>Forgive ${found.identifier}</button><span class="muted small">as if it had made no requests, on every pod; audited</span></div></div>`;
}

async function forgive() {
  const { asked } = look;
  const answer = await during(look, () => remove(at(asked)));
  if (answer) {
    await lookUp();
    look.said = `${asked.identifier} is forgiven by ${asked.policy}.`;
    load();
  }
}
