// The language of the query box: `state:failed function:hello* since:1h "free words"`. What it means for the master
// (parameters of GET /jobs) and for one job (live events) is written here, beside each other.
import { isEnded, JOB_STATES, type JobDetails, type JobState } from "../../api/types";
import { texts } from "../../texts";

export interface JobQuery {
  states: JobState[];
  functions: string[];
  contexts: string[];
  workers: string[];
  sources: string[];
  since?: number; // milliseconds since the epoch
  until?: number;
  words: string[]; // looked for as one text
}

export const KEYS = ["state", "function", "context", "worker", "source", "since", "until"] as const;
export type Key = (typeof KEYS)[number];
export const SOURCES = ["http", "cli", "kafka", "mqtt"];

// What people call states, beside their names.
const STATE_WORDS = new Map<string, JobState[]>([
  ["accepted", ["initialized"]],
  ["running", ["started", "job-file-downloading", "cancelling"]],
  ["downloading", ["job-file-downloading"]],
  ["waiting", ["initialized", "queued"]],
  ["unfinished", JOB_STATES.filter((state) => !isEnded(state))],
  ["ended", JOB_STATES.filter(isEnded)],
  ["canceled", ["cancelled"]],
]);
export const STATE_NAMES = [...new Set([...JOB_STATES, ...STATE_WORDS.keys()])].filter(
  (name) => name !== "canceled" && name !== "initialized",
);

export interface Token {
  key?: string;
  value: string;
  begin: number;
  end: number;
}

// Words, with quotes for blanks: name:"my function" or "two words".
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /([A-Za-z]+):(?:"((?:[^"\\]|\\.)*)"?|(\S*))|"((?:[^"\\]|\\.)*)"?|\S+/g;
  for (const match of text.matchAll(pattern)) {
    const [whole, key, quotedValue, plainValue, quotedWord] = match;
    const inQuotes = quotedValue ?? quotedWord;
    const value = inQuotes !== undefined ? inQuotes.replace(/\\(.)/g, "$1") : (plainValue ?? whole);
    const begin = match.index;
    tokens.push({
      ...(key && { key: key.toLowerCase() }),
      value,
      begin,
      end: begin + whole.length,
    });
  }
  return tokens;
}

const UNITS: Record<string, number> = { s: 1e3, m: 6e4, min: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

// "1h" (ago), "2026-11-29", "2026-11-29T10:00", "10:30" (today), or milliseconds.
export function parseMoment(text: string, now: number): number | undefined {
  const ago = /^(\d+(?:\.\d+)?)(s|m|min|h|d|w)$/.exec(text);
  if (ago) return Math.round(now - Number(ago[1]) * UNITS[ago[2]!]!);
  if (/^\d{12,14}$/.test(text)) return Number(text);
  const clock = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (clock) return new Date(now).setHours(Number(clock[1]), Number(clock[2]), 0, 0);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const parsed = Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(" ", "T"));
  return Number.isNaN(parsed) ? undefined : parsed;
}

export function parseQuery(
  text: string,
  now = Date.now(),
): { query: JobQuery; problems: string[] } {
  const query: JobQuery = {
    states: [],
    functions: [],
    contexts: [],
    workers: [],
    sources: [],
    words: [],
  };
  const problems: string[] = [];
  for (const { key, value } of tokenize(text)) {
    if (!key) query.words.push(value);
    else if (!value) problems.push(texts.jobs.query.empty(key));
    else if (key === "state" || key === "status") {
      const name = value.toLowerCase();
      const states = STATE_WORDS.get(name) ?? JOB_STATES.filter((state) => state === name);
      if (states.length === 0) problems.push(texts.jobs.query.state(value, STATE_NAMES.join(", ")));
      query.states.push(...states);
    } else if (key === "function") query.functions.push(value);
    else if (key === "context") query.contexts.push(value);
    else if (key === "worker") query.workers.push(value);
    else if (key === "source") {
      if (SOURCES.includes(value.toLowerCase())) query.sources.push(value.toLowerCase());
      else problems.push(texts.jobs.query.source(value, SOURCES.join(", ")));
    } else if (key === "since" || key === "until") {
      const moment = parseMoment(value, now);
      if (moment === undefined) problems.push(texts.jobs.query.moment(key, value));
      else query[key] = moment;
    } else problems.push(texts.jobs.query.key(key, KEYS.join(", ")));
  }
  return { query, problems };
}

export function isSearch(query: JobQuery): boolean {
  const { functions, contexts, workers, sources, words, since, until } = query;
  const lists = [functions, contexts, workers, sources, words];
  return since !== undefined || until !== undefined || lists.some((list) => list.length > 0);
}

export function toParameters(query: JobQuery): Record<string, string | string[] | undefined> {
  return {
    status: query.states,
    function: query.functions,
    context: query.contexts,
    worker: query.workers,
    source: query.sources,
    since: query.since?.toString(),
    until: query.until?.toString(),
    text: query.words.length > 0 ? query.words.join(" ") : undefined,
  };
}

// The master's patterns: `*` any characters, `?` one.
function fits(patterns: string[], name: string): boolean {
  return patterns.length === 0 || patterns.some((pattern) => globToRegExp(pattern).test(name));
}

function globToRegExp(glob: string): RegExp {
  const body = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, "[^]*")
    .replace(/\?/g, "[^]");
  return new RegExp(`^${body}$`);
}

// Whether the master would list the job.
export function matches(query: JobQuery, job: JobDetails): boolean {
  if (query.states.length > 0 && !query.states.includes(job.status)) return false;
  if (query.since !== undefined && job.createTime < query.since) return false;
  if (query.until !== undefined && job.createTime >= query.until) return false;
  const source = job.source.toLowerCase().split(" ").at(-1)!;
  if (query.sources.length > 0 && !query.sources.includes(source)) return false;
  if (query.workers.length > 0 && (!job.workerId || !fits(query.workers, job.workerId)))
    return false;
  if (!fits(query.functions, job.function) || !fits(query.contexts, job.context)) return false;
  if (query.words.length === 0) return true;
  const wanted = query.words.join(" ").toLowerCase();
  const places = [job.jobId, job.externalId ?? "", JSON.stringify(job.params.arguments)];
  if (job.status === "failed") places.push(JSON.stringify(job.jobResult ?? ""));
  return places.some((place) => place.toLowerCase().includes(wanted));
}

export interface Completion {
  text: string; // what takes the place of the token under the cursor
  label: string;
  hint?: string | undefined;
}

// What may stand where the cursor is. `names` are those that the master knows.
export function complete(
  text: string,
  cursor: number,
  names: Partial<Record<Key, readonly string[]>>,
): { from: number; to: number; options: Completion[] } {
  const token = tokenize(text).find((t) => t.begin < cursor && cursor <= t.end);
  const from = token?.begin ?? cursor;
  const to = token?.end ?? cursor;
  const written = text.slice(from, cursor);
  const colon = written.indexOf(":");
  if (colon < 0) {
    const options = KEYS.filter((key) => key.startsWith(written.toLowerCase()));
    return {
      from,
      to,
      options: options.map((key) => ({
        text: `${key}:`,
        label: `${key}:`,
        hint: texts.jobs.query.hints[key],
      })),
    };
  }
  const key = written.slice(0, colon).toLowerCase() as Key;
  const begun = written
    .slice(colon + 1)
    .replace(/^"/, "")
    .toLowerCase();
  const known: readonly string[] =
    key === "state"
      ? STATE_NAMES
      : key === "source"
        ? SOURCES
        : key === "since" || key === "until"
          ? ["15m", "1h", "24h", "7d"]
          : Object.hasOwn(names, key)
            ? names[key]!
            : [];
  const options = known.filter((name) => name.toLowerCase().includes(begun)).slice(0, 15);
  return {
    from,
    to,
    options: options.map((name) => ({ text: `${key}:${quoted(name)} `, label: name })),
  };
}

export function quoted(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : value;
}
