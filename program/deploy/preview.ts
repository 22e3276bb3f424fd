import './compile-cache.ts';
import { preview } from './command.ts';

// The entry of `npm run preview`.
preview(process.argv.slice(2));
