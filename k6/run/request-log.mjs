/** Reads what k6 logged of every request for a sale, with `--console-output`: k6/load/history-log.js writes it. */
import fs from 'node:fs';

/** @returns the requests for a sale with their answers, and what was seen of sales later */
export function readRequestLog(file) {
  return requestLogOf(fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map(lineOf));
}

/** @param lines as k6/load/history-log.js logs them */
export function requestLogOf(lines) {
  const requests = new Map();
  const seen = [];
  for (const line of lines) {
    if (line?.seen) seen.push(line);
    else if (line?.lines) requests.set(line.request, { ...line, answer: undefined });
    else if (line?.request) requests.get(line.request).answer = answerOf(line);
  }
  return { requests: [...requests.values()], seen };
}

function answerOf({ end, status, isReplay, text }) {
  const isPlaced = status === 200 || status === 201 || status === 202;
  const sale = isPlaced ? JSON.parse(text) : undefined;
  return { end, status, isReplay, id: sale?.id, saleStatus: sale?.status };
}

/** k6 writes a message as it is, or, unless told otherwise, as a field `msg="..."` of its own line. */
function lineOf(text) {
  const quoted = / msg=("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  return JSON.parse(quoted === undefined ? text : JSON.parse(quoted));
}
