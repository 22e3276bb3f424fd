import { afterAll } from 'vitest';
import { cleanUp } from './cleanup.ts';

// Vitest loads this before each test file.
afterAll(cleanUp);
