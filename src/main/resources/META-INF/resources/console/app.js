// The frame around the views: who is signed in, which view is open, and whether the service is there.

import { html, nothing, render } from './lib/lit-html.js';
import { feed, on, restart, wake } from './feed.js';
import { hasExpired, isOperator, onSession, session, signOut } from './session.js';
import { duration } from './show.js';
import { afterDraw, whenDrawn, setDraw } from './draw.js';
import * as signin from './signin.js';

const TITLES = {
  overview: 'Overview',
  'dead-letters': 'Dead letters',
  cache: 'Cache',
  limits: 'Limits',
  degradation: 'Degradation',
  audit: 'Audit',
};

const root = document.getElementById('app');
let open = null;
// None until they have come, after the first picture.
let views = {};
let incomplete = false;

function place() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/');
  let rest1 = rest.join('/');
  try {
    rest1 = decodeURIComponent(rest1);
  } catch {
    // as it is
  }
  return { name: Object.hasOwn(TITLES, name) ? name : 'overview', rest: rest1 };
}

function route() {
  const { name, rest } = place();
  if (open !== name) {
    if (open) {
      views[open]?.leave?.();
    }
    open = name;
    window.scrollTo(0, 0);
    // a narrow window does not show all tabs
    afterDraw(() => root.querySelector('nav [aria-current="page"]')?.scrollIntoView({ block: 'nearest', inline: 'center' }));
  }
  document.title = `${TITLES[name]} · Ballast`;
  if (isOperator()) {
    views[name]?.enter?.(rest);
  } else {
    views[name]?.leave?.();
  }
  draw();
}

function draw() {
  const caller = session();
  const asked = !caller && hasExpired();
  render(!caller && !asked ? signin.page() : frame(caller, asked), root);
  const dialog = root.querySelector('dialog.sign-in');
  if (dialog && !dialog.open) {
    dialog.showModal();
  }
  whenDrawn();
}

function frame(caller, asked) {
  return html`
    <header class="top">
      <a class="brand" href="#/overview" aria-label="Ballast, overview"><img src="icon.svg" alt="" width="24" height="24"> Ballast</a>
      <nav aria-label="Views">${Object.entries(TITLES).map(([name, title]) => html`<a href="#/${name}" aria-current=${open === name ? 'page' : 'false'}>${title}</a>`)}</nav>
      <div class="who">
        ${caller ? html`<span title="Signed in as ${caller.name}"><strong>${caller.name}</strong> <span class="muted">${caller.roles.join(', ') || 'no role'}</span></span>
          <button class="quiet" @click=${signOut}>Sign out</button>` : nothing}
      </div>
    </header>
    ${connection()}
    <main id="main" tabindex="-1">
      <h1 class="sr-only">${TITLES[open]}</h1>
      ${caller && !isOperator() ? foreign(caller) : (views[open]?.view(place().rest) ?? absent())}
    </main>
    ${asked ? html`<dialog class="sign-in" aria-labelledby="again" @cancel=${(event) => event.preventDefault()}>
      <h2 id="again">Sign in again</h2>
      <p>The service no longer accepts your token. What you were looking at stays as it is.</p>
      ${signin.form()}
    </dialog>` : nothing}`;
}

/** What ticks is outside of the live region: it would be read out every second. */
function connection() {
  const said = {
    off: nothing,
    connecting: html`<span class="dot plain"></span>Connecting…`,
    live: html`<span class="dot good"></span>Live from pod <strong class="pod">${feed.pod}</strong>`,
    away: html`<span class="dot bad"></span><strong>The service cannot be reached</strong>. What you see is what it said last. Trying again by itself.`,
  }[feed.state];
  const beside = {
    live: html`<span>, up ${duration(Date.now() - Date.parse(feed.startedAt))}</span>`,
    away: html` <span>Away for ${duration(Date.now() - feed.since)}.</span> <button class="quiet" @click=${wake}>Try now</button>`,
  }[feed.state];
  return html`<div class="connection ${feed.state}"><span role="status">${said}</span>${beside ?? nothing}</div>`;
}

/** Instead of a view that has not come. */
function absent() {
  return incomplete
    ? html`<section class="card narrow" role="alert"><h2>This page is not whole</h2><p>A part of it could not be loaded. Load it again.</p></section>`
    : nothing;
}

/** Calls of operators answer 403 to anyone else: none of them is offered. */
function foreign(caller) {
  return html`<section class="card narrow"><h2>Nothing here for this role</h2>
    <p>You are signed in as <strong>${caller.name}</strong> with the role <strong>${caller.roles.join(', ') || 'none'}</strong>.
    The operations page shows and changes what operators may see and change; it needs a token with the role <strong>operator</strong>.</p>
    <p>Open to everyone: <a href="../q/health/well">health of the dependencies</a>, <a href="../q/metrics">metrics</a>, <a href="../q/openapi">the API</a>.</p>
    <button @click=${signOut}>Sign in with another token</button></section>`;
}

setDraw(draw);
// an address of its own would be taken for a view
document.querySelector('a.skip').addEventListener('click', (event) => {
  event.preventDefault();
  document.getElementById('main')?.focus();
});
window.addEventListener('hashchange', () => {
  route();
  document.getElementById('main')?.focus({ preventScroll: true });
});
onSession(route);
on('state', draw);
on('history', draw);
setInterval(() => {
  if (!document.hidden) {
    draw();
  }
}, 1_000);
route();
restart();
import('./views.js').then(
  (come) => {
    views = come.views;
    route();
  },
  () => {
    incomplete = true;
    draw();
  },
);
import('./charts.js'); // the largest part, and none of the views waits for it
