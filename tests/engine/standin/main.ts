import { readFileSync } from 'node:fs';
import { main } from '@pulumi/pulumi/provider/server.js';
import { closeGaps } from './sdk-gaps.ts';
import { NO_FAULTS, StandIn, type Faults } from './provider.ts';
import { Services } from './services.ts';

// Serves every package to every command of a sandbox: a process for each would take most of the time. Prints its port like a
// plugin, for the scripts that the engine starts as `pulumi-resource-<package>`.
const [journal = '', faultsFile = '', region = ''] = process.argv.slice(2);

const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(1);
}, 1000).unref();

closeGaps();
const faults = (): Faults => ({ ...NO_FAULTS, ...(JSON.parse(readFileSync(faultsFile, 'utf8')) as Partial<Faults>) });
await main(new StandIn({ services: new Services(journal), region, faults }), []);
