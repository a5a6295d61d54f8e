// The same call in other ways, to be copied.
import { quoted as queryText } from "../jobs/query";

export interface CallOptions {
  context: string; // "": the function's own
  externalId: string;
  startTimeout: string;
  performTimeout: string;
  retries: string;
  retryOn: string; // "", worker-lost, failure
}

export const NO_OPTIONS: CallOptions = {
  context: "",
  externalId: "",
  startTimeout: "",
  performTimeout: "",
  retries: "",
  retryOn: "",
};

export type Way = "curl" | "mist-cli" | "Python" | "Kafka" | "MQTT";
export const WAYS: Way[] = ["curl", "mist-cli", "Python", "Kafka", "MQTT"];

export function queryOf(options: CallOptions): Record<string, string> {
  const entries = Object.entries(options).filter(([, value]) => value !== "");
  return Object.fromEntries(entries) as Record<string, string>;
}

// For a POSIX shell: within single quotes everything stands for itself.
export function shell(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

// `args` is compact JSON. `origin` is the master's address as this page has it.
export function snippet(
  way: Way,
  name: string,
  args: string,
  options: CallOptions,
  origin: string,
): string {
  const query = new URLSearchParams({ ...queryOf(options), force: "true" });
  const target = `${origin}/v2/api/functions/${encodeURIComponent(name)}/jobs`;
  switch (way) {
    case "curl":
      return `curl -H 'Content-Type: application/json' -d ${shell(args)} \\\n  ${shell(`${target}?${query}`)}`;
    case "mist-cli":
      return `mist-cli${address(origin)} start job ${shell(name)} ${shell(args)}${cliOptions(options)}`;
    case "Python":
      return [
        "import json",
        "import requests",
        "",
        `arguments = json.loads(${python(args)})`,
        "answer = requests.post(",
        `    ${python(target)},`,
        `    params=${python(Object.fromEntries(query))},`,
        "    json=arguments,",
        ")",
        "print(answer.json())",
      ].join("\n");
    case "Kafka":
      return `kafka-console-producer.sh --bootstrap-server localhost:9092 --topic <requests> <<'END'\n${message(name, args, options)}\nEND`;
    case "MQTT":
      return `mosquitto_pub -q 1 -t <requests> -m ${shell(message(name, args, options))}`;
  }
}

function address(origin: string): string {
  const { hostname, port } = new URL(origin);
  return (
    (hostname === "localhost" || hostname === "127.0.0.1" ? "" : ` --host ${hostname}`) +
    (port && port !== "2004" ? ` --port ${port}` : "")
  );
}

function cliOptions(options: CallOptions): string {
  const names: [keyof CallOptions, string][] = [
    ["context", "--context"],
    ["externalId", "--external-id"],
    ["startTimeout", "--start-timeout"],
    ["performTimeout", "--perform-timeout"],
    ["retries", "--retries"],
    ["retryOn", "--retry-on"],
  ];
  return names
    .map(([key, option]) => (options[key] ? ` ${option} ${shell(options[key])}` : ""))
    .join("");
}

// A Python literal: JSON's strings and objects of strings are ones.
function python(value: unknown): string {
  return JSON.stringify(value);
}

// What stands in a record of Kafka or a message of MQTT. The arguments go in as they are written.
function message(name: string, args: string, options: CallOptions): string {
  const settings: Record<string, unknown> = {};
  if (options.context) settings["contextId"] = options.context;
  // What is no number stays what it is: the master says what is wrong with it.
  if (options.retries)
    settings["retries"] = /^\d+$/.test(options.retries) ? Number(options.retries) : options.retries;
  if (options.retryOn) settings["retryOn"] = options.retryOn;
  const parts = [`"functionId":${JSON.stringify(name)}`, `"parameters":${args}`];
  if (options.externalId) parts.push(`"externalId":${JSON.stringify(options.externalId)}`);
  if (Object.keys(settings).length > 0) parts.push(`"runSettings":${JSON.stringify(settings)}`);
  return `{${parts.join(",")}}`;
}

export function jobsOfFunction(name: string): string {
  return `/jobs?q=${encodeURIComponent(`function:${queryText(name)}`)}`;
}
