// Calls of the master's HTTP API: the page's own origin, JSON both ways.
import { texts } from "../texts";
import { parseJson } from "./json";

const BASE = "/v2/api";

// What a page shows of a call that failed. `status` is 0 when no answer came.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }

  get isNotFound(): boolean {
    return this.status === 404;
  }
}

type Query = Record<string, string | number | boolean | undefined | readonly string[]>;

export function path(parts: TemplateStringsArray, ...names: string[]): string {
  return parts.reduce((all, part, i) => all + encodeURIComponent(names[i - 1]!) + part);
}

export function withQuery(target: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return text ? `${target}?${text}` : target;
}

export function url(target: string, query: Query = {}): string {
  return BASE + withQuery(target, query);
}

// The original puts the exception's class, or "class" and it, before a message; a reader wants the message.
function readable(text: string, status: number): string {
  const plain = text.replace(/^(?:class )?(?:[a-z]\w*\.)+[A-Z]\w*: /, "").trim();
  return plain || texts.errors.status(status);
}

async function messageOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === "object" && json !== null && "error" in json)
      return readable(String(json.error), response.status);
  } catch {
    // Not JSON: the text is the message.
  }
  return readable(text.slice(0, 10_000), response.status);
}

export async function request(
  method: string,
  target: string,
  // `text` is JSON as somebody wrote it, `body` a value.
  options: {
    query?: Query;
    body?: unknown;
    text?: string;
    signal?: AbortSignal;
    headers?: HeadersInit;
  } = {},
): Promise<Response> {
  const headers = new Headers(options.headers);
  const body = options.body === undefined ? options.text : JSON.stringify(options.body);
  if (body !== undefined) headers.set("Content-Type", "application/json");
  let response: Response;
  try {
    response = await fetch(url(target, options.query), {
      method,
      headers,
      body: body ?? null,
      signal: options.signal ?? null,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, texts.errors.noAnswer);
  }
  if (!response.ok) throw new ApiError(response.status, await messageOf(response));
  return response;
}

async function json<T>(response: Promise<Response>): Promise<T> {
  const text = await (await response).text();
  return (text ? parseJson(text) : undefined) as T;
}

export function get<T>(target: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return json<T>(request("GET", target, { ...(query && { query }), ...(signal && { signal }) }));
}

export function post<T>(target: string, body: unknown, query?: Query): Promise<T> {
  return json<T>(request("POST", target, { body, ...(query && { query }) }));
}

export function put<T>(target: string, body: unknown): Promise<T> {
  return json<T>(request("PUT", target, { body }));
}

// The answer may be text or nothing, so there is none.
export async function remove(target: string): Promise<void> {
  await request("DELETE", target);
}

// Sends a file as the form that the API takes, and tells how far it is (fetch does not).
export function upload(
  target: string,
  file: File,
  query: Query,
  onProgress: (sent: number, total: number) => void,
): { done: Promise<void>; abort: () => void } {
  const call = new XMLHttpRequest();
  const done = new Promise<void>((resolve, reject) => {
    call.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    call.onload = () =>
      call.status >= 200 && call.status < 300
        ? resolve()
        : reject(new ApiError(call.status, readable(call.responseText, call.status)));
    call.onerror = () => reject(new ApiError(0, texts.errors.noAnswer));
    call.onabort = () => reject(new ApiError(0, texts.errors.aborted));
  });
  const form = new FormData();
  form.append("file", file, file.name);
  call.open("POST", url(target, query));
  call.send(form);
  return { done, abort: () => call.abort() };
}
