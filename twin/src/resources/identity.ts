import { createHmac } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';

/**
 * The values that a cloud would choose: ids, secrets, passwords. They are derived from a seed and the resource's name, so
 * that the next evaluation has the same values.
 */
export class Identity {
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  hex(label: string, length: number): string {
    return this.#pick(label, length, `${DIGITS}abcdef`);
  }

  lower(label: string, length: number): string {
    return this.#pick(label, length, `${DIGITS}abcdefghijklmnopqrstuvwxyz`);
  }

  alphanumeric(label: string, length: number): string {
    return this.#pick(label, length, DIGITS + LETTERS);
  }

  #pick(label: string, length: number, alphabet: string): string {
    return this.#numbers(label, length)
      .map((number) => alphabet.charAt(number % alphabet.length))
      .join('');
  }

  /** 32-bit numbers, from an HMAC of the label and the block's index for each block. */
  #numbers(label: string, count: number): number[] {
    const numbers: number[] = [];
    for (let block = 0; numbers.length < count; block += 1) {
      const bytes = createHmac('sha256', this.#seed).update(`${label}\0${block}`).digest();
      for (let at = 0; at < bytes.length && numbers.length < count; at += 4) numbers.push(bytes.readUInt32BE(at));
    }
    return numbers;
  }
}
