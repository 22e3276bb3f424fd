// `npm run words`: refuses hard words in the lines that a branch adds or changes, and long commit subjects. Lines that
// were there before, or only moved, are not looked at.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const SUBJECT_LENGTH = 72;
/** Words and phrases, in any case, and what to write instead. */
const PHRASES = [
  ['whoever|whom', 'name the actor: the caller, the client, the reader'],
  ['nobody|somebody|everybody', 'no caller, a client, every reader, unknown'],
  ['nevertheless', 'but, still'],
  ['be it', 'whether'],
  ['how-manieth', 'index, position'],
  ['takes leave', 'closes, disconnects'],
  ['is content', 'accepts'],
  ['such as has', 'that has'],
  ['what it had', 'the last working version, the previous value'],
] as const;
/** A name that a line declares. */
const DECLARATION = /\b(?:class|const|function|interface|let|type)\s+(Asked|Circumstances|Said|TokenDesk|Wanted)\b/;
const FILES = ['.', ':!package-lock.json', ':!docs/stack-file.schema.json', ':!.ci/check-words.ts', ':!*LICENSE'];

const problems: string[] = [];
const base = findBase();
for (const [place, text] of base === undefined ? [] : addedLines(base)) {
  for (const [phrase, instead] of PHRASES) {
    const found = new RegExp(`(?<![\\w-])(?:${phrase})(?![\\w-])`, 'i').exec(text)?.[0];
    if (found !== undefined) problems.push(`${place}: ${found} → ${instead}`);
  }
  const name = DECLARATION.exec(text)?.[1];
  if (name !== undefined) problems.push(`${place}: ${name} → the usual name of the thing, a noun`);
}
for (const line of base === undefined ? [] : git('log', '--no-merges', '--format=%h %s', `${base}..`).split('\n')) {
  const { length } = line.slice(line.indexOf(' ') + 1);
  if (length > SUBJECT_LENGTH)
    problems.push(`commit ${line}: ${length} characters → at most ${SUBJECT_LENGTH}, and the rest in the body`);
}
process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
if (problems.length > 0) process.exitCode = 1;

/** The commit to compare with: where this branch left origin/main, or the parent of HEAD. */
function findBase(): string | undefined {
  const left = commit('merge-base', 'HEAD', 'origin/main');
  if (left !== undefined && left !== commit('rev-parse', 'HEAD')) return left;
  const parent = commit('rev-parse', '--verify', 'HEAD~1');
  console.log(
    parent === undefined
      ? 'Words are not checked: this checkout has no earlier commit to compare with.'
      : 'Words are checked since HEAD~1: this checkout is not ahead of an origin/main.',
  );
  return parent;
}

function addedLines(since: string): (readonly [place: string, text: string])[] {
  const added: (readonly [string, string])[] = [];
  const removed = new Set<string>();
  let [file, line] = ['', 0];
  const diff = git('-c', 'core.quotePath=false', 'diff', '-U0', '--no-color', '--no-ext-diff', since, '--', ...FILES);
  for (const text of diff.split('\n')) {
    if (text.startsWith('+++ ')) file = text.slice('+++ b/'.length);
    else if (text.startsWith('@@ ')) line = Number(/\+(\d+)/.exec(text)?.[1]);
    else if (text.startsWith('-')) removed.add(text.slice(1).trim());
    else if (text.startsWith('+')) added.push([`${file}:${line++}`, text.slice(1)]);
  }
  for (const path of git('ls-files', '-z', '--others', '--exclude-standard', '--', ...FILES)
    .split('\0')
    .slice(0, -1))
    for (const [at, text] of readFileSync(path, 'utf8').split('\n').entries()) added.push([`${path}:${at + 1}`, text]);
  return added.filter(([, text]) => !removed.has(text.trim()));
}

function commit(...args: readonly string[]): string | undefined {
  try {
    return git(...args).trim();
  } catch {
    return undefined;
  }
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e9 });
}
