import { text } from 'node:stream/consumers';
import { runClients, type ClientsInput } from './all.ts';

// Run as a process of its own, so that NODE_EXTRA_CA_CERTS can lead it to trust the twin's authority.
const inputs = JSON.parse(await text(process.stdin)) as ClientsInput[];
process.stdout.write(JSON.stringify(await Promise.all(inputs.map(runClients))));
