import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ratioOf, type Ratio } from './pairs.ts';
import { ROOT, startTwin } from './processes.ts';

const SDKS = "await Promise.all(['pulumi', 'aws', 'auth0', 'random'].map((name) => import(`@pulumi/${name}`)))";

/** From `npm start` to the first authorized 200, against Node loading the Pulumi SDK packages. */
export function startup(pairs: number): Promise<Ratio> {
  return ratioOf(pairs, toFirstAnswer, loadSdks);
}

async function toFirstAnswer(): Promise<number> {
  const began = performance.now();
  const twin = await startTwin();
  const { status } = await fetch(twin.url, { headers: { authorization: `Bearer ${twin.token}` } });
  const took = performance.now() - began;
  await twin.stop();
  if (status !== 200) throw new Error(`the twin answered ${status}`);
  return took;
}

export async function loadSdks(): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--input-type=module', '--eval', SDKS], { cwd: ROOT, stdio: 'inherit' });
  await once(child, 'exit');
  return performance.now() - began;
}
