// Signing in: a token is pasted, or, on a local stack, taken by one click.

import { html, nothing } from './lib/lit-html.js';
import { signIn } from './session.js';
import { redraw } from './draw.js';

let local = null;
let wrong = null;

export function page() {
  return html`<main id="main" tabindex="-1" class="door"><section class="card">
    <h1><img src="icon.svg" alt="" width="32" height="32"> Ballast</h1>
    <p class="muted">Operations: see how the service is, understand why, and act on it.</p>
    ${form()}
  </section></main>`;
}

export function form() {
  ask();
  return html`
    ${local && Object.keys(local).length ? html`<div class="roles" role="group" aria-label="Roles of the local stack">
      <p class="muted">This is a local stack. Sign in as</p>
      ${Object.entries(local).map(([role, token]) => html`<button class=${role === 'operator' ? 'main' : ''} @click=${() => take(token)}>${role}</button>`)}
    </div><p class="or"><span>or</span></p>` : nothing}
    <form @submit=${submit}>
      <label for="token">Token</label>
      <textarea id="token" name="token" rows="3" required spellcheck="false" autocomplete="off" placeholder="eyJ…" aria-describedby="token-help"></textarea>
      <p id="token-help" class="muted small">A JWT with the role operator. It stays in this tab and is forgotten with it.</p>
      ${wrong ? html`<p class="notice bad" role="alert">${wrong}</p>` : nothing}
      <button class=${local && Object.keys(local).length ? '' : 'main'}>Sign in</button>
    </form>`;
}

function submit(event) {
  event.preventDefault();
  const token = new FormData(event.target).get('token');
  event.target.reset();
  take(token);
}

function take(token) {
  try {
    wrong = null;
    signIn(token);
  } catch (problem) {
    wrong = problem.message;
    redraw();
  }
}

async function ask() {
  if (local) {
    return;
  }
  local = {};
  try {
    const response = await fetch('sign-in.json', { credentials: 'omit' });
    local = response.ok ? await response.json() : {};
  } catch {
    local = null; // asked again with the next picture
    return;
  }
  redraw();
}
