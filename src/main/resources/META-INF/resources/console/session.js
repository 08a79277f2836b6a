// Who is signed in. The token lives as long as the tab and goes nowhere but into the Authorization header.

const KEY = 'ballast.token';
const watchers = new Set();
let expired = false;

/** The signed-in caller, or null: { token, name, roles, expiresAt }. */
export function session() {
  const token = sessionStorage.getItem(KEY);
  return token ? read(token) : null;
}

/** Whether the service has refused the token that was in use. */
export function hasExpired() {
  return expired;
}

/** Takes a token as pasted. @throws Error with what is wrong with it */
export function signIn(pasted) {
  const token = pasted.trim().replace(/^Bearer\s+/i, '');
  const caller = read(token);
  if (!caller) {
    throw new Error('This is not a token: it has three parts with dots between them, and the second says who you are.');
  }
  if (caller.expiresAt && caller.expiresAt < Date.now()) {
    throw new Error('This token has expired.');
  }
  sessionStorage.setItem(KEY, token);
  expired = false;
  tell();
}

/** Nothing of what was shown or asked stays behind. */
export function signOut() {
  sessionStorage.removeItem(KEY);
  location.reload();
}

/** The service said 401: the page stays where it is and asks who is there. */
export function refuse(token) {
  if (sessionStorage.getItem(KEY) === token) {
    sessionStorage.removeItem(KEY);
    expired = true;
    tell();
  }
}

/** Calls back at every change of who is signed in. */
export function onSession(callback) {
  watchers.add(callback);
}

export function isOperator() {
  return session()?.roles.includes('operator') ?? false;
}

function tell() {
  watchers.forEach((callback) => callback());
}

// Only to show who it is and what to offer: the service checks the signature.
function read(token) {
  try {
    const part = token.split('.');
    if (part.length !== 3) {
      return null;
    }
    const bytes = Uint8Array.from(atob(part[1].replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    const roles = Array.isArray(claims.groups) ? claims.groups.map(String) : [];
    return { token, name: String(claims.sub ?? 'unnamed'), roles, expiresAt: claims.exp ? claims.exp * 1000 : null };
  } catch {
    return null;
  }
}
