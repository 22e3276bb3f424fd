import './compile-cache.ts';
import { deploy } from './command.ts';

// The entry of `npm run up`.
deploy(process.argv.slice(2));
