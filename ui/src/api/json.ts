// JSON whose numbers keep their digits: 64-bit integers do not fit into a JavaScript number.
import type { Json } from "./types";

// Newer than TypeScript's library; every browser of the last years has them.
interface ExactJson {
  rawJSON?: (text: string) => unknown;
  parse: (
    text: string,
    reviver: (key: string, value: unknown, context?: { source?: string }) => unknown,
  ) => unknown;
}
const exact = JSON as unknown as ExactJson;

// A number that would lose digits.
export class ExactNumber {
  constructor(readonly text: string) {}

  toJSON(): unknown {
    return exact.rawJSON ? exact.rawJSON(this.text) : Number(this.text);
  }

  toString(): string {
    return this.text;
  }
}

const MAY_LOSE_DIGITS = /[\d.]{16}|\d[eE]/;

export function parseJson(text: string): Json {
  if (!MAY_LOSE_DIGITS.test(text)) return JSON.parse(text) as Json;
  return exact.parse(text, (_key, value, context) => {
    if (typeof value !== "number" || context?.source === undefined) return value;
    return sameNumber(context.source, value) ? value : new ExactNumber(context.source);
  }) as Json;
}

// Whether what JavaScript would write has the same value as what stands there.
function sameNumber(source: string, value: number): boolean {
  return canonical(source) === canonical(String(value));
}

// Digits without leading and trailing zeros, and where the point is.
function canonical(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return text;
  const [, sign, whole, fraction = "", exponent = "0"] = match;
  const digits = (whole! + fraction).replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  if (kept === "") return "0";
  return `${sign}${kept}e${Number(exponent) - fraction.length + (digits.length - kept.length)}`;
}
