import { reportLine } from './pairs.ts';
import { startup } from './startup.ts';
import { throughput } from './throughput.ts';

// Ratios, never absolute times: machines differ, and the same machine differs from itself.
const PAIRS = 5;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(reportLine('npm start to the first authorized 200, to loading the SDKs', await startup(PAIRS), 'at most 2'));
say(reportLine('authorized requests per second, to a bare verifying server', await throughput(PAIRS), 'at least 0.45'));
