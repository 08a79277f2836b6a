// Who changes what is shown asks for a new picture; many changes of one moment make one.

let draw = () => {};
let asked = false;
const waiting = [];

export function setDraw(how) {
  draw = how;
}

export function redraw() {
  if (!asked) {
    asked = true;
    queueMicrotask(() => {
      asked = false;
      draw();
    });
  }
}

/** Calls back once the next picture is there, as for moving the focus. */
export function afterDraw(callback) {
  waiting.push(callback);
  redraw();
}

export function whenDrawn() {
  waiting.splice(0).forEach((callback) => callback());
}

/**
 * Runs a deed for a view's state: `busy` while it runs, `problem` where it fails, `said` for what came of it.
 * Answers what the work answers, or undefined.
 */
export async function during(state, work) {
  state.busy = true;
  state.problem = null;
  state.said = null;
  redraw();
  try {
    return await work();
  } catch (problem) {
    if (problem.status !== 401) {
      state.problem = problem;
    }
    return undefined;
  } finally {
    state.busy = false;
    redraw();
  }
}

/**
 * Runs a reading for a view's state. Only the latest one counts, however late an earlier one answers. `problem` stays
 * until it is known to be over: an alert taken away and put back is read out again. What came of deeds is not touched.
 * Answers what the work answers, or undefined.
 */
export async function reading(state, work) {
  const turn = (state.turn ?? 0) + 1;
  Object.assign(state, { turn, busy: true });
  redraw();
  try {
    const found = await work();
    if (state.turn !== turn) {
      return undefined;
    }
    state.problem = null;
    return found;
  } catch (problem) {
    const before = state.problem;
    const known = before && before.title === problem.title && before.message === problem.message;
    if (state.turn === turn && problem.status !== 401 && !known) {
      state.problem = problem;
    }
    return undefined;
  } finally {
    if (state.turn === turn) {
      state.busy = false;
      redraw();
    }
  }
}
