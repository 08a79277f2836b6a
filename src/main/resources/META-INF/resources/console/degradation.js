// Levels over time with their causes, and what operators order.

import { html, nothing } from './lib/lit-html.js';
import { call, get, query } from './api.js';
import { on } from './feed.js';
import { during, reading, redraw } from './draw.js';
import { badge, duration, empty, level, ofPod, outcome, spoken, time, trouble } from './show.js';

const state = { report: null, events: null, problem: null };
/** Of deeds: a change that is told meanwhile does not take away what came of one. */
const deed = { problem: null, said: null, busy: false };
const shown = { subject: '' };
let here = false;

export function enter() {
  if (!here) {
    here = true;
    load();
  }
}

export function leave() {
  here = false;
}

on('change', () => here && load());
on('history', () => here && load());

async function load() {
  const found = await reading(state, () => Promise.all([get('ops/degradation'), get('ops/degradation/events')]));
  if (found) {
    [state.report, state.events] = found;
    redraw();
  }
}

export function view() {
  const { report } = state;
  return html`
    ${trouble(state.problem)}${trouble(deed.problem)}${outcome(deed.said)}
    <section aria-labelledby="overrides"><div class="section-head"><h2 id="overrides">Overrides</h2>${ofPod('ops/degradation')}</div>
      ${report?.overrides.length ? html`<ul class="overrides">${report.overrides.map(override)}</ul>` : empty('No override is in force: levels follow the dependencies and the load.')}
      ${report ? order(report) : nothing}
    </section>
    <section aria-labelledby="line"><div class="section-head"><h2 id="line">What changed, newest first</h2>${ofPod('ops/degradation/events')}
        <label class="inline">Show <select @change=${(event) => { shown.subject = event.target.value; redraw(); }}><option value="">everything</option><option value="feature">features</option><option value="dependency">dependencies</option><option value="override">overrides</option><option value="service">the service</option></select></label></div>
      ${timeline()}
    </section>`;
}

function override(one) {
  const left = Date.parse(one.until) - Date.now();
  return html`<li class="card row"><div class="grow"><p><strong>${one.feature ?? 'All features'}</strong> ${level(one.level)} <span class="countdown" title="until ${one.until}">ends by itself in ${duration(left)}</span></p>
    <p class="text">${one.reason} <span class="muted">ordered by ${one.by}</span></p></div>
    <button ?disabled=${deed.busy} @click=${() => end(one.feature)}>End it now</button></li>`;
}

function order(report) {
  return html`<form class="card row" aria-label="Order a level" @submit=${submit}>
    <label>Feature <select name="feature"><option value="">all features</option>${report.features.map((one) => html`<option>${one.feature}</option>`)}</select></label>
    <label>Level <select name="level"><option>degraded</option><option>minimal</option><option>normal</option></select></label>
    <label>For minutes <input name="minutes" type="number" min="1" max="60" value="10" required></label>
    <label class="grow">Reason <input name="reason" required maxlength="500" autocomplete="off" placeholder="for those who come after you"></label>
    <button class="main" ?disabled=${deed.busy}>Override</button></form>`;
}

function timeline() {
  const events = (state.events ?? []).filter((one) => !shown.subject || one.subject === shown.subject);
  if (!events.length) {
    return state.events ? empty('Nothing has changed since this pod started.') : nothing;
  }
  return html`<ol class="timeline card" tabindex="0" aria-label="Changes">${events.map((one) => html`<li class=${kind(one.to)}>
    <span class="when">${time(one.at)}</span><span class="what"><strong>${one.name}</strong> <span class="muted">${one.subject}</span> ${one.from} → ${level(one.to)}</span><span class="text reason">${one.subject === 'override' ? one.reason : spoken(one.reason)}</span></li>`)}</ol>`;
}

function kind(to) {
  return { normal: 'good', well: 'good', none: 'good', degraded: 'warn', failing: 'warn', minimal: 'bad', gone: 'bad' }[to] ?? 'plain';
}

async function submit(event) {
  event.preventDefault();
  const form = event.target;
  const given = new FormData(form);
  const feature = given.get('feature');
  const answer = await during(deed, () => call('PUT', 'ops/degradation/override', {
    ...(feature && { feature }),
    level: given.get('level'),
    reason: given.get('reason').trim(),
    ttlSeconds: Math.round(Number(given.get('minutes')) * 60),
  }));
  if (answer) {
    deed.said = `${feature || 'All features'}: ${given.get('level')} for ${given.get('minutes')} min.`;
    form.reset();
    load();
  }
}

async function end(feature) {
  const answer = await during(deed, () => call('DELETE', `ops/degradation/override${query({ feature })}`));
  if (answer) {
    deed.said = `The override of ${feature ?? 'all features'} is ended.`;
    load();
  }
}
