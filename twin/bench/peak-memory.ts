import { writeFileSync } from 'node:fs';

// Loaded into a process before its own code: says in the end how much memory it had at its highest, in KB.
process.on('exit', () => writeFileSync(process.env['PEAK_FILE'] ?? '', String(process.resourceUsage().maxRSS)));
