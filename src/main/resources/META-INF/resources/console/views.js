// The views behind the tabs: the larger part of the page, and not needed to sign in.

import * as overview from './overview.js';
import * as deadletters from './deadletters.js';
import * as cache from './cache.js';
import * as limits from './limits.js';
import * as degradation from './degradation.js';
import * as audit from './audit.js';

export const views = { overview, 'dead-letters': deadletters, cache, limits, degradation, audit };
