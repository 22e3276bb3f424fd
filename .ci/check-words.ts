// `npm run words`: rejects words and names that readers stumble over, in every file, and long commit subjects.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const SUBJECT_LENGTH = 72;
/** Rejected words and phrases, ignoring case, and what to write instead. */
const PHRASES = [
  ['whoever|whom|whomever', 'name the actor: the caller, the client, the reader'],
  ['nobody|somebody|everybody', 'no caller, a client, every reader, unknown'],
  ['nevertheless|notwithstanding', 'but, still'],
  ['be it', 'whether, even'],
  ['how-manieth', 'index, position'],
  ['takes leave', 'closes, disconnects'],
  ['is content', 'accepts'],
  ['no leave to', 'no permission to'],
  ['such as has', 'that has'],
  ['of no meaning here', 'not emulated, without effect'],
  ['what it had', 'the last working version, the previous value'],
  ['is no (?:text|list|map|number|JSON|JWT)', 'is not a string, list, object, number, JSON, JWT'],
] as const;
/** Matches a declared name. */
const DECLARATION =
  /\b(?:class|const|function|interface|let|type)\s+(Asked|Circumstances|Got|Said|Told|TokenDesk|Wanted)\b/;
const FILES = ['.', ':!package-lock.json', ':!.ci/check-words.ts', ':!*LICENSE', ':!*.png'];

const problems: string[] = [];
const paths = git('ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...FILES).split('\0');
for (const path of new Set(paths.slice(0, -1))) {
  for (const [at, line] of textOf(path).split('\n').entries()) {
    for (const [phrase, instead] of PHRASES) {
      const found = new RegExp(`(?<![\\w-])(?:${phrase})(?![\\w-])`, 'i').exec(line)?.[0];
      if (found !== undefined) problems.push(`${path}:${at + 1}: ${found} → ${instead}`);
    }
    const name = DECLARATION.exec(line)?.[1];
    if (name !== undefined) problems.push(`${path}:${at + 1}: ${name} → the usual name of the thing, a noun`);
  }
}
for (const line of newCommits()) {
  const { length } = line.slice(line.indexOf(' ') + 1);
  if (length > SUBJECT_LENGTH)
    problems.push(`commit ${line}: ${length} characters → at most ${SUBJECT_LENGTH}, and the rest in the body`);
}
process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
if (problems.length > 0) process.exitCode = 1;

/** Returns a file's text; empty if it was deleted but not committed. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Returns hash and subject of each commit that origin/main lacks, or of the last one. */
function newCommits(): string[] {
  const log = (...args: readonly string[]): string[] =>
    git('log', '--no-merges', '--format=%h %s', ...args)
      .split('\n')
      .filter((line) => line !== '');
  try {
    const ahead = log('origin/main..');
    return ahead.length > 0 ? ahead : log('-1');
  } catch {
    return log('-1');
  }
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e9 });
}
