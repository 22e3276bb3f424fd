import { rotate } from './command.ts';

// The entry of `npm run rotate`.
rotate();
