// Where in a JSON text something is wrong.
import { parseJson } from "../../api/json";
import type { EditorProblem } from "../../components/json_editor";
import type { Arguments } from "../../api/types";
import { checkArguments } from "../../state/schema";
import { texts } from "../../texts";

export function checkText(fields: Arguments, text: string): EditorProblem[] {
  let value;
  try {
    value = parseJson(text);
  } catch (error) {
    const at = syntaxErrorAt(text, error as SyntaxError);
    return [
      {
        from: at,
        to: Math.min(at + 1, text.length),
        message: texts.run.noJson((error as Error).message),
      },
    ];
  }
  return checkArguments(fields, value).map((problem) => ({
    ...keyOf(text, problem.path),
    message: problem.path ? `${problem.path}: ${problem.message}` : problem.message,
  }));
}

// Browsers tell the place in the message, if at all.
function syntaxErrorAt(text: string, error: SyntaxError): number {
  const position = /position (\d+)/.exec(error.message);
  if (position) return Math.min(Number(position[1]), Math.max(text.length - 1, 0));
  const line = /line (\d+) column (\d+)/.exec(error.message);
  if (line) {
    const before = text.split("\n").slice(0, Number(line[1]) - 1);
    return before.join("\n").length + (before.length > 0 ? 1 : 0) + Number(line[2]) - 1;
  }
  return Math.max(text.length - 1, 0);
}

// The key that the path ends with, after those before it.
function keyOf(text: string, path: string): { from: number; to: number } {
  let at = 0;
  let found = { from: 0, to: text.length };
  for (const key of path.split(/[.[]/).filter((part) => part !== "" && !part.endsWith("]"))) {
    const quoted = JSON.stringify(key);
    const begin = text.indexOf(quoted, at);
    if (begin < 0) break;
    found = { from: begin, to: begin + quoted.length };
    at = found.to;
  }
  return found;
}
