import { setSourceMapsSupport } from 'node:module';
import { afterAll } from 'vitest';
import { cleanUp } from './cleanup.ts';

// Vitest turns this on, which makes each stack trace slow. Node keeps the lines of the sources as they are.
setSourceMapsSupport(false);

// Vitest loads this before each test file.
afterAll(cleanUp);
