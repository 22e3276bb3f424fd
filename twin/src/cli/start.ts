import { commandLine } from '../common/command-line.ts';
import { stateFolder } from '../common/running.ts';
import { shown, UserError } from '../common/user-error.ts';
import { reevaluation } from '../evaluate/reevaluation.ts';
import { openPage } from '../page/open.ts';
import { parseForwards } from '../server/forward.ts';
import { changesLine } from './changes.ts';
import { toPaste } from './curls.ts';
import { KEYS, onKeys, openInBrowser } from './keys.ts';
import { logLine } from './log.ts';
import { warnings, welcome } from './screen.ts';
import { startTwin, type Twin, type TwinOptions } from '../server/serve.ts';
import { watchProgram } from '../server/watch-program.ts';

type Served = 'stack' | 'port' | 'tenantPort' | 'rotate' | 'tls' | 'config' | 'stateDir';

export interface StartOptions extends Pick<TwinOptions, Served> {
  readonly tenant: boolean;
  readonly forward?: readonly string[];
}

/** Runs `twin start`: serves the stack until a signal or a key stops it. */
export async function start(options: StartOptions, root: URL, programs = reevaluation(root)): Promise<void> {
  const chosen = servingOptions(options);
  // The process that forked this one, for example a test, has ended.
  process.once('disconnect', () => process.exit());
  // The channel must not keep a failed start alive.
  process.channel?.unref();
  let end = (): void => process.exit();
  onParentEnd(() => end());
  const say = lineWriter(process.stdout);
  const complain = (text: string): void => void process.stderr.write(`${text}\n`);
  const reloadNext = reloader(() => twin, say, complain);
  programs.onOutdated(() => void reloadNext());
  const ended = (error: unknown): never => {
    programs.close();
    throw error;
  };
  // Watch before the program is read, so that an edit during the start counts.
  const watcher = await watchProgram(root).catch(ended);
  const twin = await startTwin({
    root,
    ...chosen,
    evaluate: programs.evaluate,
    onEvent: (event) => {
      if (event.kind === 'defect') complain(shown(event.error));
      const line = logLine(event, twin.model(), new Date());
      if (line !== undefined) say(line);
    },
    page: openPage,
  }).catch(async (error: unknown) => {
    await watcher.close();
    return ended(error);
  });
  const tokenCommand = commandLine('twin token', root, '--as', 'CLIENT', '--key', '<file>');
  say(welcome(twin.model(), { ...twin, tokenCommand }));
  if (process.stdin.isTTY) {
    say(KEYS);
    onKeys(process.stdin, {
      c: () => say(toPaste(twin.model(), { ...twin, tokenCommand }).join('\n')),
      o: () => say(openInBrowser(twin.pageUrl, stateFolder(root, options.stack, options.stateDir))),
      q: () => end(),
    });
  }
  watcher.listen(reloadNext, (error) => complain(shown(error)));
  end = () => {
    void watcher.close();
    programs.close();
    twin.close().then(
      // The last lines of the log are written in the next turn.
      () => setImmediate(() => process.stdout.write('', () => process.exit(0))),
      (error: unknown) => {
        complain(shown(error));
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', end).once('SIGTERM', end);
}

/** Milliseconds between two checks of the npm process. */
const LOOK_AT_NPM = 250;

/**
 * Calls back when the npm that runs this process has ended. npm's shell does not pass signals on, so the twin would
 * keep its ports. A twin without npm may outlive its shell.
 */
function onParentEnd(end: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, LOOK_AT_NPM).unref();
}

/** Writes lines, all of an event loop turn together: under load, a write per request would dominate. */
function lineWriter(stream: NodeJS.WritableStream): (line: string) => void {
  const lines: string[] = [];
  return (line) => {
    lines.push(line, '\n');
    if (lines.length === 2) setImmediate(() => stream.write(lines.splice(0).join('')));
  };
}

/**
 * Returns a function that reloads the twin after all earlier reloads. It prints each outcome as one text, so that
 * messages of two edits do not mix.
 */
export function reloader(
  twin: () => Pick<Twin, 'model' | 'reload'>,
  say: (text: string) => void,
  complain: (error: string) => void,
): () => Promise<void> {
  let hasFailed = false;
  const reload = async (): Promise<void> => {
    const [before, start] = [twin().model(), performance.now()];
    try {
      const outcome = await twin().reload();
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      if (outcome === 'changed') {
        const [known, now] = [warnings(before), twin().model()];
        const fresh = warnings(now).filter((line) => line !== '' && !known.includes(line));
        say([`Reloaded in ${seconds} s: ${changesLine(before, now)}`, ...fresh].join('\n'));
      } else if (hasFailed) say('Nothing has changed since the last working version.');
      hasFailed = false;
    } catch (error) {
      hasFailed = true;
      complain(`${shown(error)}\nReload failed. Still serving the last working version.`);
    }
  };
  let reloads = Promise.resolve();
  return () => (reloads = reloads.then(reload));
}

/** @throws UserError for options that exclude each other */
export function servingOptions({
  tenant: withTenant,
  forward = [],
  ...options
}: StartOptions): Omit<TwinOptions, 'root' | 'onEvent'> {
  const { port, tenantPort } = options;
  if (port === tenantPort && port !== 0 && withTenant) {
    throw new UserError(
      `--port and --tenant-port are both ${port}; choose two different ports (0 chooses a free one).`,
    );
  }
  return { ...options, withTenant, forwards: parseForwards(forward) };
}
