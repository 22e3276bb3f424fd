// The program's tests serve a twin too, and they work without this folder.
export * from '../../../tests/support/twin.ts';
