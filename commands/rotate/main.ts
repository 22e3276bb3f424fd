import { rotate } from './command.ts';

rotate();
