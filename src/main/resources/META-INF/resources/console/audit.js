// Who did what.

import { html, nothing } from './lib/lit-html.js';
import { get, query } from './api.js';
import { reading, redraw } from './draw.js';
import { empty, shared, time, trouble } from './show.js';

const ACTIONS = ['dead-letter.replay', 'dead-letter.bulk-replay', 'dead-letter.discard', 'rate-limit.change', 'rate-limit.forgive', 'degradation.override', 'degradation.revert'];
const state = { page: null, action: '', cursors: [''], problem: null, busy: false };

export const enter = load;

async function load() {
  const page = await reading(state, () => get(`ops/audit${query({ limit: 50, action: state.action, cursor: state.cursors[state.cursors.length - 1] })}`));
  if (page) {
    state.page = page;
    redraw();
  }
}

export function view() {
  const { page } = state;
  return html`<section aria-labelledby="audit"><div class="section-head"><h2 id="audit">Audit</h2>${shared}</div>
    <form class="row card" role="search" aria-label="Filter" @submit=${(event) => event.preventDefault()}>
      <label>What <select name="action" @change=${(event) => { state.action = event.target.value; state.cursors = ['']; load(); }}><option value="">anything</option>${ACTIONS.map((one) => html`<option ?selected=${one === state.action}>${one}</option>`)}</select></label></form>
    ${trouble(state.problem)}
    ${page && !page.entries.length ? empty('Nobody has done anything like that.') : nothing}
    ${page?.entries.length ? html`<div class="card scroll" tabindex="0" role="region" aria-label="Audit"><table><thead><tr><th scope="col">when</th><th scope="col">who</th><th scope="col">what</th><th scope="col">to</th><th scope="col">detail</th><th scope="col">outcome</th></tr></thead>
      <tbody>${page.entries.map((one) => html`<tr><td>${time(one.at)}</td><td class="text">${one.who}</td><td>${one.action}</td><td class="text">${one.target}</td><td class="text">${one.detail}</td><td class="text">${one.outcome}</td></tr>`)}</tbody></table></div>
      <div class="bar"><button ?disabled=${state.cursors.length === 1 || state.busy} @click=${() => { state.cursors.pop(); load(); }}>Newer</button><span class="muted">page ${state.cursors.length}</span>
        <button ?disabled=${!page.next || state.busy} @click=${() => { state.cursors.push(page.next); load(); }}>Older</button></div>` : nothing}
  </section>`;
}
