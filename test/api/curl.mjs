#!/usr/bin/env node
/** curl for a machine that has none: the options that the documents use. */
import console from 'node:console';
import process from 'node:process';

const headers = {};
let method;
let body;
let url;
let showsHead = false;
const words = process.argv.slice(2);
while (words.length > 0) {
  const word = words.shift();
  if (word === '-i') showsHead = true;
  else if (word === '-X') method = words.shift();
  else if (word === '-d') body = words.shift();
  else if (word === '-H') {
    const [, name, value] = /^([^:]+): ?(.*)$/.exec(words.shift());
    headers[name] = value;
  } else if (word !== '-s' && word.startsWith('-')) throw new Error(`${word} is not known here`);
  else if (word !== '-s') url = word;
}
const answer = await globalThis.fetch(url, {
  method: method ?? (body === undefined ? 'GET' : 'POST'),
  headers,
  body,
});
if (showsHead) {
  console.log(`HTTP/1.1 ${answer.status} ${answer.statusText}`);
  for (const [name, value] of answer.headers) console.log(`${name}: ${value}`);
  console.log('');
}
process.stdout.write(await answer.text());
